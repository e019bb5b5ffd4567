"""Files whose place is an odd one are refused by themselves: what else the journal says is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.sync.files import FileUploads
from assay.wire.records import File


@pytest.mark.parametrize("is_bound", [True, False])
@pytest.mark.parametrize("kind", ["zero", "long", "loop"])
def test_a_source_that_is_no_place_is_refused_and_the_next_file_is_taken_up(tmp_path: Path, kind: str, is_bound: bool) -> None:
    work = tmp_path / "work"
    folder = work / ".assay" / "runs" / "r1"
    folder.mkdir(parents=True)
    (work / "loop").symlink_to(work / "loop")
    (work / "good.txt").write_text("good")
    source = {"zero": "a\0b", "long": "x" * 5_000, "loop": str(work / "loop")}[kind]
    uploads = FileUploads(folder, lambda: None, root=work if is_bound else None)
    uploads.add(File("odd.txt", "now", source))
    uploads.add(File("good.txt", "now", str(work / "good.txt")))
    assert uploads.pending_count == 2 - len(uploads.refused)
    assert uploads._due()
    uploads.close()
