from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.recording_server import RecordingServer


@pytest.fixture
def recording() -> Iterator[RecordingServer]:
    server = RecordingServer()
    yield server
    server.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, a working folder and an environment without a word about servers."""
    for name in ("ASSAY_BASE_URL", "ASSAY_API_KEY", "ASSAY_DATA", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    (home / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(home / "work")
    return home
