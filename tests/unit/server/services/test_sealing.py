"""Secrets that are kept: readable with the key, for what they were sealed for, and in no other way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from assay.server.services.sealing import Seal, SealBroken
from assay.wire.errors import InvalidRequest

pytest.importorskip("cryptography")


def test_what_is_sealed_opens_again_and_never_looks_the_same(tmp_path: Path) -> None:
    seal = Seal(tmp_path / "bucket.key")
    first, second = seal.close("a secret", "s3://ours"), seal.close("a secret", "s3://ours")
    assert first != second
    assert b"secret" not in first
    assert Seal(tmp_path / "bucket.key").open(first, "s3://ours") == "a secret"


def test_it_opens_for_nothing_else(tmp_path: Path) -> None:
    seal = Seal(tmp_path / "bucket.key")
    sealed = seal.close("a secret", "s3://ours")
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for data, about in ((sealed, "s3://theirs"), (changed, "s3://ours"), (b"\x02" + sealed[1:], "s3://ours"), (b"", "s3://ours")):
        with pytest.raises(SealBroken):
            seal.open(data, about)


@pytest.mark.parametrize("text", ["", "not hex", "00" * 31])
def test_a_damaged_key_is_told_and_not_replaced(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bucket.key"
    sealed = Seal(file).close("a secret", "x")
    file.write_text(text)
    with pytest.raises(SealBroken, match=r"bucket\.key"):
        Seal(file).open(sealed, "x")
    with pytest.raises(SealBroken):
        Seal(file).close("another", "x")
    assert file.read_text() == text


def test_two_that_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    start, sealed = threading.Barrier(8), list[bytes]()

    def close() -> None:
        start.wait()
        sealed.append(Seal(tmp_path / "bucket.key").close("a secret", "x"))

    threads = [threading.Thread(target=close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [Seal(tmp_path / "bucket.key").open(each, "x") for each in sealed] == ["a secret"] * 8
    assert [path.name for path in tmp_path.iterdir()] == ["bucket.key"]


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    with pytest.raises(InvalidRequest, match=r"pip install 'assay\[scale\]'"):
        Seal(tmp_path / "bucket.key").close("a secret", "x")
