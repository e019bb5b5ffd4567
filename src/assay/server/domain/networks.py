"""Which addresses are out in the world. What a user names must not lead the server into its own network."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


def is_loopback(host: str) -> bool:
    """Whether the name or IP address is of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Whether the IP address is of a public network, also where it stands for another one within it."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public(found)


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    if not found.is_global or found.is_multicast or found.is_reserved or found.is_unspecified:
        return False
    if isinstance(found, IPv4Address):
        return True
    if any(found in network for network in _NAT64):
        return False
    inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    return all(_is_public(each) for each in inner if each is not None)
