"""Failpoints do what the variable asks, where it asks, and nothing else."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assay.wire import failpoints
from assay.wire.errors import InvalidRequest


def test_an_error_is_raised_from_the_time_that_was_named_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_armed", failpoints.parse("log.written:2:EIO"))
    failpoints.reach("log.written")
    failpoints.reach("log.synced")
    for _ in range(2):
        with pytest.raises(OSError) as error:
            failpoints.reach("log.written")
        assert error.value.errno == errno.EIO


@pytest.mark.parametrize(
    "text",
    [
        "nothing:1:kill",
        "log.written:x:kill",
        "log.written:1:explode",
        "log.written",
        "log.written:0:kill",
        "log.written:1:errorcode",
    ],
)
def test_a_place_that_does_not_exist_is_an_error_and_not_silence(text: str) -> None:
    with pytest.raises(InvalidRequest, match=re.escape(repr(text))):
        failpoints.parse(text)


@pytest.mark.parametrize("command", [("start", "--port", "0"), ("verify-audit",), ("key",)])
def test_a_wrong_value_of_the_variable_is_one_line_and_exit_code_2(tmp_path: Path, command: tuple[str, ...]) -> None:
    environment = {**os.environ, failpoints.VARIABLE: "log.writen:1:kill"}
    line = [sys.executable, "-m", "assay", "server", *command, "--data", str(tmp_path / "data")]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "'log.writen:1:kill' (from $ASSAY_FAILPOINTS)" in done.stderr
    assert not (tmp_path / "data" / "metadata.db").exists()


def test_every_name_is_reached_in_one_place_of_the_source(repository: Path) -> None:
    source = "".join(path.read_text() for path in (repository / "src").rglob("*.py"))
    assert sorted(re.findall(r'failpoints\.reach\("([^"]+)"\)', source)) == sorted(failpoints.NAMES)
