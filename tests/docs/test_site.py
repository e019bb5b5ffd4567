"""The pages build without a warning, ask nothing of other machines, and every page is in the navigation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

REMOTE = re.compile(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:)?//(?!(?:www\.)?(?:127\.0\.0\.1|localhost))[^"')\s]+""")


@pytest.fixture(scope="session")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(out)]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    ended = subprocess.run(command, cwd=repository, env=environ, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return out


def test_the_site_builds_strictly(site: Path) -> None:
    assert (site / "index.html").is_file()


def test_a_page_loads_nothing_from_other_machines(site: Path) -> None:
    for page in site.rglob("*.html"):
        loaded = re.findall(r"<(?:script|link|img|iframe)\b[^>]*>", page.read_text())
        remote = [tag for tag in loaded if REMOTE.search(tag) and 'rel="canonical"' not in tag]
        assert remote == [], page


def test_every_page_is_in_the_navigation(repository: Path) -> None:
    def entries(node: object) -> list[str]:
        if isinstance(node, list):
            return [name for item in node for name in entries(item)]
        if isinstance(node, dict):
            return [name for item in node.values() for name in entries(item)]
        return [str(node)]

    listed = entries(yaml.safe_load((repository / "mkdocs.yml").read_text())["nav"])
    pages = {path.relative_to(repository / "docs").as_posix() for path in (repository / "docs").rglob("*.md")}
    assert pages == set(listed)
    assert len(listed) == len(set(listed))


def test_links_of_the_readme_lead_somewhere(repository: Path) -> None:
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"):
        for target in re.findall(r"(?:\]\(|src=\"|srcset=\")([^)#\"]+)", (repository / name).read_text()):
            assert target.startswith("http") or (repository / target).exists(), (name, target)
