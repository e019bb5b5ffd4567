"""A run's files read back: previews, the archive, and what a server that forbids code does not take."""

from __future__ import annotations

import hashlib
import io
import zipfile
from random import Random

import pytest

from assay.server.services.catalog import Catalog
from assay.wire.errors import CodeForbidden, NotFound
from assay.wire.messages.runs import FileDraft, FilesDraft, RunStart
from assay.wire.names import RunPath
from tests.unit.server.services.conftest import House

PATH = RunPath("red", "plans", "r1")


def _save(house: House, files: dict[str, bytes]) -> None:
    catalog = house.catalog
    catalog.runs.start(house.ann, PATH, RunStart("w1"), "http://here")
    drafts = [FileDraft(path, f"sha256:{hashlib.sha256(data).hexdigest()}", len(data)) for path, data in files.items()]
    tickets = catalog.files.draft(house.ann, PATH, FilesDraft(drafts)).tickets
    for ticket in tickets:
        if ticket.upload_url:
            opened = catalog.files.open_ticket("PUT", ticket.upload_url.removeprefix("/blobs/"))
            catalog.files.receive(opened, io.BytesIO(files[ticket.path]))
    catalog.files.draft(house.ann, PATH, FilesDraft(drafts, commit=True))


def test_a_preview_names_the_file_and_where_to_read_all_of_it(house: House) -> None:
    _save(house, {"code/train.py": b"lr = 1\n"})
    found = house.catalog.files.preview(house.vic, PATH, "code/train.py")
    assert (found.kind, found.text, found.size) == ("code", "lr = 1\n", 7)
    assert found.url.startswith("/blobs/")
    with pytest.raises(NotFound, match="other.py"):
        house.catalog.files.preview(house.vic, PATH, "other.py")
    with pytest.raises(NotFound):
        house.catalog.files.preview(house.zoe, PATH, "code/train.py")


def test_the_archive_holds_every_file_once(house: House) -> None:
    files = {"a.txt": b"a" * 100_000, "deep/b.bin": bytes(range(256)) * 400, "deep/é.txt": b"e", "empty": b""}
    _save(house, files)
    with zipfile.ZipFile(io.BytesIO(b"".join(house.catalog.files.archive(house.vic, PATH)))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
    with zipfile.ZipFile(io.BytesIO(b"".join(house.catalog.files.archive(house.vic, PATH, "deep/")))) as archive:
        assert archive.namelist() == ["deep/b.bin", "deep/é.txt"]
    with pytest.raises(NotFound):
        house.catalog.files.archive(house.zoe, PATH)


def test_a_server_that_forbids_code_takes_none_whoever_sends_it(house: House) -> None:
    strict = Catalog(house.catalog.stores, random=Random(1), code_saving="forbid")
    assert strict.runs.start(house.ann, PATH, RunStart("w1"), "http://here").code_saving == "forbid"
    for path in ("code/train.py", "diff.patch"):
        with pytest.raises(CodeForbidden, match=path):
            strict.files.draft(house.ann, PATH, FilesDraft([FileDraft(path, "sha256:" + "0" * 64, 1)]))
    assert strict.files.draft(house.ann, PATH, FilesDraft([FileDraft("notes.txt", "sha256:" + "0" * 64, 1)])).tickets
