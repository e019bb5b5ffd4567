"""Settings of the server as people write them: flags, the environment, the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assay.server.settings import Settings, load
from assay.wire.errors import InvalidRequest


def loaded(tmp_path: Path, *, flags: dict[str, Any] | None = None, file: str = "", **environ: str) -> Settings:
    path = tmp_path / "settings.toml"
    path.write_text(file)
    return load(flags or {}, environ, path)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("Tracking.example", ("tracking.example",)),
        ("tracking.example:8443, other", ("tracking.example", "other")),
        ("[fe80::1]:8443,FE80::2", ("[fe80::1]", "[fe80::2]")),
    ],
)
def test_a_name_is_allowed_however_it_was_copied(tmp_path: Path, given: str, names: tuple[str, ...]) -> None:
    assert loaded(tmp_path, ASSAY_SERVER_ALLOW_HOST=given).allow_host == names
    assert loaded(tmp_path, flags={"allow_host": [given]}).allow_host == names
    assert loaded(tmp_path, file=f'[server]\nallow_host = ["{given}"]').allow_host == names


@pytest.mark.parametrize("given", ["https://tracking.example", "*", "*.example", "tracking.example/assay", "a b", "[::1"])
def test_what_no_host_can_be_is_no_name(tmp_path: Path, given: str) -> None:
    with pytest.raises(InvalidRequest, match="allow_host is .*; expected names"):
        loaded(tmp_path, ASSAY_SERVER_ALLOW_HOST=given)
