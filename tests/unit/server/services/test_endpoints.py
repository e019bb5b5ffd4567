"""Endpoints that users give: who is not trusted with the server's network does not get into it."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from assay.server.services import endpoints
from assay.server.services.endpoints import check_endpoint
from assay.wire.errors import InvalidRequest

NAMES = {
    "s3.example": ["93.184.216.34"], "inner.example": ["10.0.0.5"], "both.example": ["93.184.216.34", "127.0.0.1"],
    "meta.example": ["169.254.169.254"], "six.example": ["::ffff:127.0.0.1"],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        if host in NAMES:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in NAMES[host]]
        if host.replace(".", "").isdigit() or ":" in host:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(endpoints.socket, "getaddrinfo", resolve)


def test_a_public_endpoint_is_taken_from_anybody() -> None:
    assert check_endpoint(" https://s3.example:9000/ ", any_network=False) == "https://s3.example:9000"
    assert check_endpoint("", any_network=False) == ""


@pytest.mark.parametrize(
    "text",
    ["https://inner.example", "https://both.example", "https://meta.example", "https://six.example", "https://127.0.0.1:9000",
     "https://[::1]", "https://10.0.0.1", "https://169.254.169.254/latest", "http://s3.example", "https://2130706433.example"],
)  # fmt: skip
def test_an_endpoint_that_leads_inside_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        check_endpoint(text, any_network=False)


def test_which_names_the_network_knows_is_not_told() -> None:
    told = []
    for host in ("inner.example", "nobody.example"):
        with pytest.raises(InvalidRequest) as error:
            check_endpoint(f"https://{host}", any_network=False)
        told.append(str(error.value).replace(host, "HOST"))
    assert told[0] == told[1]


@pytest.mark.parametrize("text", ["http://inner.example:9000", "http://127.0.0.1:1/devstoreaccount1", "https://[::1]:9"])
def test_whoever_may_lead_inside_may(text: str) -> None:
    assert check_endpoint(text, any_network=True) == text


@pytest.mark.parametrize(
    "text", ["ftp://s3.example", "s3.example", "https://", "https://u:p@s3.example", "https://s3.example?x=1", "https://s3.example#f",
             "https://s3.example:notaport", "https://s3 .example", "file:///etc/passwd", "https://" + "x" * 400],
)  # fmt: skip
@pytest.mark.parametrize("any_network", [True, False])
def test_what_is_no_endpoint_is_refused_from_everybody(text: str, any_network: bool) -> None:
    with pytest.raises(InvalidRequest):
        check_endpoint(text, any_network=any_network)
