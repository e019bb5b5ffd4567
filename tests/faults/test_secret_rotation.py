"""Secrets that change while the process that changes them is killed (V18): what is sealed can be opened at every moment."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM
from assay.server.domain.buckets import TeamBucket
from assay.server.services.places import seal_text
from assay.server.services.sealing import Seal
from assay.wire import failpoints
from tests.infra.storms import Storm

pytest.importorskip("cryptography")
BUCKETS = 4
SOURCE = Path(__file__).resolve().parents[2] / "src"
ROTATOR = """
import sys
import time
from pathlib import Path
from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM
with open_metadata_catalog(Path(sys.argv[1])) as catalog:
    print("ready", flush=True)
    while True:
        assert catalog.rotation.rotate(SYSTEM).unreadable == []
        time.sleep(0.005)  # lets the writer have the database too
"""
# As a server does whose admins give a bucket other keys.
WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from assay.server.bootstrap import open_metadata_catalog
with open_metadata_catalog(Path(sys.argv[1])) as catalog:
    print("ready", flush=True)
    for number in range(1_000_000_000):
        with catalog.stores.metadata.begin() as unit:
            row = unit.buckets.all()[0]
            unit.buckets.save(replace(row, keys=catalog.places.sealed(row, {"number": str(number)})))
        print(number, flush=True)
"""


def make(data: Path) -> None:
    with open_metadata_catalog(data) as catalog:
        catalog.teams.add(SYSTEM, "red")
        with catalog.stores.metadata.begin() as unit:
            entity = unit.teams.entity("red")
            assert entity is not None
            for number in range(BUCKETS):
                row = TeamBucket(
                    0, entity.id, f"s3://reds/{number}", "", "", True, True, f"assay-{number}", b"", 1.0, "", 1.0, ""
                )
                unit.buckets.add(replace(row, keys=catalog.places.sealed(row, {"number": str(number)})))


def opened(data: Path) -> list[str]:
    """What is sealed in each row, opened with what is on the disk now. Raises SealBroken."""
    with open_metadata_catalog(data) as catalog, catalog.stores.metadata.read() as unit:
        return [Seal(data / "bucket.key").open(row.keys, seal_text(row)) for row in unit.buckets.all()]


def rotate(data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assay", "server", "rotate-secrets", "--data", str(data)]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def require_finished(data: Path, before: list[str]) -> None:
    """Once more makes it whole: one key, and nothing beside it."""
    done = rotate(data)
    assert done.returncode == 0, done.stderr
    assert opened(data) == before
    assert len((data / "bucket.key").read_text().split()) == 1
    assert [path.name for path in data.iterdir() if path.name.startswith(".bucket")] == []


# The command's units: the rotation, forgetting the old key.
@pytest.mark.parametrize("point", ["secrets.widened:1", "unit.ready:1", "unit.committed:1", "unit.ready:2", "unit.committed:2"])
def test_whatever_moment_it_is_killed_at_everything_sealed_can_be_opened(tmp_path: Path, point: str) -> None:
    data = tmp_path / "data"
    make(data)
    before, key = opened(data), (data / "bucket.key").read_text().strip()
    assert rotate(data, **{failpoints.VARIABLE: f"{point}:kill"}).returncode == -9
    assert opened(data) == before
    is_forgotten = point in ("unit.ready:2", "unit.committed:2")
    assert (key in (data / "bucket.key").read_text()) != is_forgotten
    require_finished(data, before)


@contextlib.contextmanager
def _started(*codes: str, data: Path) -> Iterator[list[subprocess.Popen[str]]]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    children = [
        subprocess.Popen([sys.executable, "-c", code, str(data)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                         env=environment)
        for code in codes
    ]  # fmt: skip
    try:
        yield children
    finally:
        for child in children:
            child.kill()


def test_rotating_and_writing_at_once_and_killed_at_random_loses_no_key(tmp_path: Path, storm: Storm) -> None:
    data = tmp_path / "data"
    make(data)
    rounds = storm.times(3, 150)
    written = 0
    for _ in range(rounds):
        others = opened(data)[1:]
        with _started(ROTATOR, WRITER, data=data) as children:
            for child in children:
                assert child.stdout is not None
                assert child.stdout.readline() == "ready\n", child.communicate(timeout=30)[1]
            storm.dice.shuffle(children)
            for child in children:
                try:
                    child.wait(storm.dice.uniform(0, 0.5))
                except subprocess.TimeoutExpired:
                    child.kill()
            said = {child.args[2]: child.communicate(timeout=30) for child in children}  # type: ignore[index]
            for child in children:
                assert child.returncode == -9, said[child.args[2]][1]  # type: ignore[index]
        acked = [int(line) for line in said[WRITER][0].split()]
        written += len(acked)
        first, *rest = opened(data)
        assert rest == others
        number = int(first.split('"')[3])
        assert not acked or number in (acked[-1], acked[-1] + 1)
    require_finished(data, opened(data))
    assert written > 0
    storm.tell(times=rounds, injected="two kills", acked=written, lost=0)
