"""Code kept with a run: only when asked, only what is code, whatever the server says wins."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import assay
from assay.sdk import code, locks
from assay.sdk.code import CodeCapture
from assay.sdk.redact import Redactor
from assay.wire import limits
from assay.wire.errors import InvalidRequest
from assay.wire.records import Environment, File, Record, Refused

Said = Callable[[Path], list[Record]]


def _files(records: list[Record]) -> dict[str, str]:
    return {record.path: Path(record.source).read_text() for record in records if isinstance(record, File)}


def _facts(records: list[Record]) -> dict[str, Any]:
    return {key: value for record in records if isinstance(record, Environment) for key, value in record.facts.items()}


@pytest.fixture
def script(alone: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The main script of this process, as far as it can tell."""
    path = alone / "jobs" / "train.py"
    path.parent.mkdir()
    path.write_text("lr = 1\n")
    monkeypatch.setitem(sys.modules, "__main__", SimpleNamespace(__file__=str(path), __spec__=None))
    return path


def test_no_code_is_kept_unless_asked(script: Path, said: Said) -> None:
    run = assay.init(mode="offline")
    run.finish()
    assert not any(isinstance(record, File) for record in said(run.folder.path))


def test_the_main_script_is_kept_as_it_was_at_the_start(script: Path, said: Said) -> None:
    run = assay.init(mode="offline", save_code=True)
    script.write_text("lr = 2\n")
    run.finish()
    records = said(run.folder.path)
    assert _files(records) == {"code/jobs/train.py": "lr = 1\n"}
    assert _facts(records)["code"] == {"main": "code/jobs/train.py"}


def test_a_tree_is_kept_without_what_is_not_code(alone: Path, said: Said) -> None:
    for name, text in {
        "a.py": "a", "pkg/b.ipynb": "{}", "pkg/data.bin": "x", ".venv/c.py": "c", "node_modules/d.py": "d", "Makefile": "m",
    }.items():  # fmt: skip
        path = alone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (alone / "link.py").symlink_to("/etc/passwd")
    run = assay.init(mode="offline")
    assert run.log_code(name="mine") == ["code/Makefile", "code/a.py", "code/pkg/b.ipynb"]
    run.finish()
    records = said(run.folder.path)
    assert sorted(_files(records)) == ["code/Makefile", "code/a.py", "code/pkg/b.ipynb"]
    assert _facts(records)["code"]["name"] == "mine"


def test_what_is_kept_can_be_chosen(alone: Path) -> None:
    (alone / "a.txt").write_text("a")
    (alone / "b.txt").write_text("b")
    run = assay.init(mode="offline")
    kept = run.log_code(".", include_fn=lambda path: path.endswith(".txt"), exclude_fn=lambda path, root: path == f"{root}/b.txt")
    assert kept == ["code/a.txt"]
    with pytest.raises(InvalidRequest, match="not a folder"):
        run.log_code("nowhere")
    with pytest.raises(InvalidRequest, match="functions of a path"):
        run.log_code(".", include_fn="*.py")  # type: ignore[arg-type]


def test_secrets_in_code_are_masked_and_what_is_too_long_is_told(
    alone: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CODE_FILE_BYTES", 100)
    (alone / "a.py").write_text(f"key = 'ghp_{'a' * 36}'\n")
    (alone / "big.py").write_text("x" * 101)
    run = assay.init(mode="offline")
    assert run.log_code() == ["code/a.py"]
    run.finish()
    records = said(run.folder.path)
    assert "ghp_" not in _files(records)["code/a.py"]
    assert any(isinstance(record, Refused) and "CODE_FILE_BYTES" in record.reason for record in records)


def test_disable_code_keeps_none(alone: Path, script: Path, said: Said) -> None:
    run = assay.init(mode="offline", save_code=True, settings={"disable_code": True})
    assert run.log_code() == []
    run.finish()
    assert not any(isinstance(record, File) for record in said(run.folder.path))


@pytest.mark.parametrize(
    ("policy", "is_asked", "is_disabled", "kept"),
    [
        ("allow", True, False, 1),
        ("allow", False, False, 0),
        ("forbid", True, False, 0),
        ("force", False, False, 1),
        ("force", False, True, 1),
        ("allow", True, True, 0),
    ],
)
def test_the_server_s_word_wins(script: Path, policy: str, is_asked: bool, is_disabled: bool, kept: int) -> None:
    files: dict[str, bytes] = {}

    def keep(name: str, content: bytes) -> bool:
        files[name] = content
        return True

    capture = CodeCapture(keep, lambda *_: None, lambda _: None, Redactor(), is_asked=is_asked, is_disabled=is_disabled)
    capture.remember_main((script.parent,))
    capture.policy = policy
    capture.keep_main()
    capture.keep_main()
    assert len(files) == kept


def test_names_are_relative_to_the_repository(tmp_path: Path) -> None:
    assert code.stored_name(tmp_path / "a" / "b.py", (tmp_path,)) == "code/a/b.py"
    assert code.stored_name(Path("/elsewhere/b.py"), (tmp_path,)) == "code/b.py"


def test_locks_near_the_script_are_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "uv.lock").write_text("version = 1\n")
    (tmp_path / "pylock.dev.toml").write_text("x")
    here = tmp_path / "deep" / "down"
    here.mkdir(parents=True)
    facts, files = locks.read(here)
    assert {name for name in facts if name != "conda"} == {"uv.lock", "pylock.dev.toml"}
    assert files["environment/uv.lock"] == b"version = 1\n"
    assert len(facts["uv.lock"]["sha256"]) == 64


def test_conda_s_list_can_be_installed_from(tmp_path: Path) -> None:
    meta = tmp_path / "conda-meta"
    meta.mkdir()
    (meta / "numpy-2.0.json").write_text(json.dumps({"url": "https://c/numpy-2.0.conda", "md5": "abc", "files": []}))
    (meta / "broken.json").write_text("{")
    (meta / "history").write_text("x")
    assert locks.conda_list(tmp_path) == "@EXPLICIT\nhttps://c/numpy-2.0.conda#abc\n"
    assert locks.conda_list(tmp_path / "none") == ""
