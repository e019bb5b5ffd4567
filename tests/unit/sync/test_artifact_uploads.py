"""Artifacts that a run logs are sent one after the other."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from assay.client.http import Connection
from assay.client.staging import Staged, StagingFolder
from assay.sync import artifacts
from assay.sync.artifacts import ArtifactUploads
from assay.wire.messages.artifacts import ArtifactVersion, DraftRequest
from assay.wire.names import RunPath
from assay.wire.records import Artifact


def test_what_nobody_foresaw_stops_neither_the_others_nor_who_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = threading.Event()

    def publish(_: Connection, __: object, request: DraftRequest, *___: Any, **____: Any) -> ArtifactVersion:
        if request.name == "odd":
            raise ValueError("embedded null byte")
        sent.set()
        return ArtifactVersion(
            path="ann/p/even:v0", entity="ann", project="p", name="even", type="dataset", version="v0", number=0, digest="",
            size=0, new_size=0, file_count=0, created_at=0.0,
        )  # fmt: skip

    monkeypatch.setattr(artifacts, "publish", publish)
    uploads = ArtifactUploads(tmp_path, lambda: cast(Connection, object()), root=None)
    for number, name in enumerate(("odd", "even")):
        folder = StagingFolder.of_run(tmp_path, f"a{number}")
        folder.write_spec(Staged(f"a{number}", "log", DraftRequest(name, "dataset")))
        uploads.add(Artifact(f"a{number}", name, "dataset", "log", 0.0, 0))
    uploads.begin("http://here", RunPath("ann", "p", "r1"))
    assert sent.wait(60)
    uploads.close()
    assert uploads.refused == {"artifact odd": "It cannot be sent: ValueError: embedded null byte"}
    outcome = StagingFolder.of_run(tmp_path, "a0").read_outcome()
    assert outcome is not None and "embedded null byte" in outcome.error
