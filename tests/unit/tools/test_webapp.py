"""When the web application is built, from what, and what is said when it cannot be. npm here is the real one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import webapp

BUILD_SCRIPT = """
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
mkdirSync('../src/assay/server/static', { recursive: true })
writeFileSync('../src/assay/server/static/index.html', readFileSync('src/page.html'))
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose web application is one page and needs no package."""
    monkeypatch.delenv("ASSAY_SKIP_WEB", raising=False)
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (tmp_path / webapp.STATIC.parent).mkdir(parents=True)
    package = {"name": "page", "version": "1.0.0", "type": "module", "scripts": {"build": "node build.mjs"}}
    (web / "package.json").write_text(json.dumps(package))
    lock = {"name": "page", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": package}}
    (web / "package-lock.json").write_text(json.dumps(lock))
    (web / "build.mjs").write_text(BUILD_SCRIPT)
    (web / "src" / "page.html").write_text("<h1>one</h1>")
    (web / "node_modules").mkdir()
    return tmp_path


def build(root: Path) -> bool:
    return webapp.build(root, lambda line: None)


def test_it_builds_once_and_again_only_when_a_source_changed(checkout: Path) -> None:
    assert build(checkout)
    assert not build(checkout)
    (checkout / "web/src/page.html").write_text("<h1>two</h1>")
    assert not webapp.is_fresh(checkout)
    assert build(checkout)
    assert (checkout / webapp.STATIC / "index.html").read_text() == "<h1>two</h1>"


def test_touching_a_file_without_changing_it_builds_nothing(checkout: Path) -> None:
    build(checkout)
    page = checkout / "web/src/page.html"
    page.write_text(page.read_text())
    assert webapp.is_fresh(checkout)


@pytest.mark.parametrize(
    "path", ["web/node_modules/x/index.js", "web/e2e/journey.spec.ts", "web/src/page.test.ts", "web/test-results/a.png"]
)
def test_what_the_build_does_not_read_does_not_make_it_stale(checkout: Path, path: str) -> None:
    build(checkout)
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text("changed")
    assert webapp.is_fresh(checkout)


@pytest.mark.parametrize("path", ["web/package-lock.json", "web/build.mjs", "web/src/new/page.css"])
def test_every_source_and_the_lock_count(checkout: Path, path: str) -> None:
    build(checkout)
    (checkout / path).parent.mkdir(parents=True, exist_ok=True)
    (checkout / path).write_text("changed")
    assert not webapp.is_fresh(checkout)


def test_a_deleted_build_is_stale(checkout: Path) -> None:
    build(checkout)
    (checkout / webapp.STATIC / "index.html").unlink()
    assert not webapp.is_fresh(checkout)


def test_a_source_archive_with_the_built_application_and_no_sources_needs_no_node(checkout: Path) -> None:
    build(checkout)
    (checkout / "web").rename(checkout / "elsewhere")
    assert webapp.is_fresh(checkout)


def test_neither_built_nor_buildable_says_what_to_do(checkout: Path) -> None:
    (checkout / "web").rename(checkout / "elsewhere")
    with pytest.raises(webapp.BuildFailed, match="complete checkout or source archive"):
        build(checkout)


def test_long_texts_are_compressed_once_at_build_time(checkout: Path) -> None:
    script = "\nwriteFileSync('../src/assay/server/static/app.js', 'let a = 1\\n'.repeat(1000))"
    (checkout / "web/build.mjs").write_text(BUILD_SCRIPT + script)
    build(checkout)
    static = checkout / webapp.STATIC
    assert gzip.decompress((static / "app.js.gz").read_bytes()) == (static / "app.js").read_bytes()
    assert not (static / "index.html.gz").exists()


def test_of_the_largest_texts_only_the_compressed_one_is_kept(checkout: Path) -> None:
    script = "\nwriteFileSync('../src/assay/server/static/app.js', 'let a = 1\\n'.repeat(30000))"
    (checkout / "web/build.mjs").write_text(BUILD_SCRIPT + script)
    build(checkout)
    static = checkout / webapp.STATIC
    assert gzip.decompress((static / "app.js.gz").read_bytes()).count(b"let a") == 30_000
    assert not (static / "app.js").exists()


def test_it_can_be_skipped(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_SKIP_WEB", "1")
    assert not build(checkout)
    assert not (checkout / webapp.STATIC).exists()


def test_a_failing_build_shows_npms_last_lines_and_stays_stale(checkout: Path) -> None:
    build(checkout)
    (checkout / "web/build.mjs").write_text("throw new Error('the page is crooked')")
    with pytest.raises(webapp.BuildFailed, match="the page is crooked"):
        build(checkout)
    assert not webapp.is_fresh(checkout)


def test_no_npm_registry_gives_one_message_with_the_next_step(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = json.loads((checkout / "web/package-lock.json").read_text())
    lock["packages"][""]["dependencies"] = {"left": "1.0.0"}
    lock["packages"]["node_modules/left"] = {"version": "1.0.0", "integrity": "sha512-" + "A" * 86 + "=="}
    (checkout / "web/package-lock.json").write_text(json.dumps(lock))
    package = json.loads((checkout / "web/package.json").read_text()) | {"dependencies": {"left": "1.0.0"}}
    (checkout / "web/package.json").write_text(json.dumps(package))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")  # the discard port: nobody listens
    monkeypatch.setenv("npm_config_cache", str(checkout / "cache"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(webapp.BuildFailed) as caught:
        build(checkout)
    message = str(caught.value)
    assert "ECONNREFUSED" in message
    assert "npm config set registry" in message
    assert "ASSAY_SKIP_WEB=1" in message
    assert len(message.splitlines()) < 30
