"""What an artifact version contains: paths and what lies behind each. A manifest is a value; its digest names its content.

A content of up to `BLOCK_BYTES` is one blob under its own digest. A longer file is cut into blocks of exactly that length (the
last one shorter): each block is a blob under its digest, and the entry lists them beside the digest of the whole file. So every
transfer is of at most one block, resumes at a block, and a block that is known anywhere in the entity is not sent again.
`docs/architecture/formats/manifests.md` describes the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from assay.wire import limits

FORMAT = 1


class Entry(msgspec.Struct, omit_defaults=True, frozen=True):
    """One path. `digest`: `sha256:` and 64 hex digits of the whole content. `blocks`: their digests, for a file longer than
    one block.

    With `ref` the content stays where it is: `ref` is its address and `digest` what that store says of it, as `etag:…`,
    `md5:…`, `sha256:…` or `version:…`; empty where nothing was asked. `size` −1 where it is unknown."""

    digest: str
    size: int
    blocks: list[str] = []
    ref: str = ""
    extra: dict[str, Any] = {}

    @property
    def contents(self) -> list[tuple[str, int]]:
        """(digest, size) of each blob that holds the entry; none for a reference."""
        if self.ref:
            return []
        if not self.blocks:
            return [(self.digest, self.size)]
        whole = limits.BLOCK_BYTES
        return [(block, min(whole, self.size - place * whole)) for place, block in enumerate(self.blocks)]


class Manifest(msgspec.Struct, frozen=True):
    """Entries by path."""

    entries: dict[str, Entry]
    format: int = FORMAT

    @property
    def size(self) -> int:
        """Bytes of all entries, references of known size among them."""
        return sum(max(0, entry.size) for entry in self.entries.values())

    @property
    def digest(self) -> str:
        """Names the content whatever order the paths were added in."""
        hasher = hashlib.sha256(b"assay-manifest-1\n")
        for path in sorted(self.entries):
            entry = self.entries[path]
            line = [path, entry.digest, entry.size, entry.ref, sorted(entry.extra.items())]
            hasher.update(msgspec.json.encode(line) + b"\n")
        return f"sha256:{hasher.hexdigest()}"

    def contents(self) -> Iterator[tuple[str, int]]:
        """(digest, size) of every blob, each once."""
        seen: set[str] = set()
        for entry in self.entries.values():
            for digest, size in entry.contents:
                if digest not in seen:
                    seen.add(digest)
                    yield digest, size

    def changed(self, add: Mapping[str, Entry], remove: list[str]) -> Manifest:
        """The manifest with paths added or replaced, then without those removed; what is not there is passed over."""
        entries = {**self.entries, **add}
        for path in remove:
            entries.pop(path, None)
        return Manifest(entries)


encode = msgspec.msgpack.Encoder(order="sorted").encode
decode = msgspec.msgpack.Decoder(Manifest).decode
