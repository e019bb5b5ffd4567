"""Failpoints do what the variable asks, where it asks, and nothing else."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from assay.wire import failpoints


def test_an_error_is_raised_from_the_time_that_was_named_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints, "_armed", failpoints.parse("log.written:2:EIO"))
    failpoints.reach("log.written")
    failpoints.reach("log.synced")
    for _ in range(2):
        with pytest.raises(OSError) as error:
            failpoints.reach("log.written")
        assert error.value.errno == errno.EIO


@pytest.mark.parametrize("text", ["nothing:1:kill", "log.written:x:kill", "log.written:1:explode", "log.written"])
def test_a_place_that_does_not_exist_is_an_error_and_not_silence(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        failpoints.parse(text)


def test_every_name_is_reached_in_one_place_of_the_source(repository: Path) -> None:
    source = "".join(path.read_text() for path in (repository / "src").rglob("*.py"))
    assert sorted(re.findall(r'failpoints\.reach\("([^"]+)"\)', source)) == sorted(failpoints.NAMES)
