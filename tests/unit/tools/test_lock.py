"""Lock files are complete, hashed and free of addresses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fragments
import lock

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", lock.LOCKS)
def test_every_package_is_pinned_with_hashes_and_no_place_is_named(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert list(lock.addresses(text)) == []
    assert text.startswith("# dependencies sha256:")
    packages = re.split(r"\n(?=\S)", text.strip())[1:]
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[a-z0-9.\-_]+==\S+", package), package
        assert "--hash=sha256:" in package, package


def test_an_address_in_a_lock_is_found() -> None:
    assert list(lock.addresses("--extra-index-url x\na==1 --hash=sha256:0\nb @ https://x/b.whl")) == [
        "--extra-index-url x",
        "b @ https://x/b.whl",
    ]


def test_the_locks_agree_on_versions() -> None:
    pins = {
        name: dict(re.findall(r"^([a-z0-9.\-_]+)==(\S+)", (ROOT / f"requirements/{name}.txt").read_text(), re.M))
        for name in lock.LOCKS
    }
    assert {name: pins["dev"].get(name) for name in pins["server"]} == pins["server"]


def test_the_web_applications_lock_names_no_place() -> None:
    assert '"resolved"' not in (ROOT / "web/package-lock.json").read_text()


def test_every_changelog_fragment_is_read_by_towncrier() -> None:
    assert fragments.faults(ROOT) == []


def test_a_misnamed_or_empty_fragment_is_reported(tmp_path: Path) -> None:
    (tmp_path / "changes").mkdir()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    (tmp_path / "changes/live.feature.md").write_text("A sentence.")
    (tmp_path / "changes/+live.novelty.md").write_text("A sentence.")
    (tmp_path / "changes/+live.fix.md").write_text("")
    (tmp_path / "changes/12.fix.md").write_text("A sentence.")
    assert [fault.split(":")[0] for fault in fragments.faults(tmp_path)] == [
        "changes/+live.fix.md",
        "changes/+live.novelty.md",
        "changes/live.feature.md",
    ]
