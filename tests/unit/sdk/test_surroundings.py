from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.sdk import environment, git, notebook
from assay.sdk.distributed import detect
from assay.sdk.redact import MASK, Redactor
from assay.wire import limits
from assay.wire.records import Console, Environment, File, Record

Said = Callable[[Path], list[Record]]


@pytest.fixture
def repository(alone: Path) -> Path:
    def run(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(alone), *arguments], check=True, capture_output=True)

    run("init", "-q", "-b", "main")
    run("config", "user.email", "ada@example.org")
    run("config", "user.name", "Ada")
    run("remote", "add", "origin", "https://ada:s3cret@git.example/digits.git")
    (alone / "train.py").write_text("lr = 0.1\n")
    run("add", "train.py")
    run("commit", "-q", "-m", "First")
    return alone


def test_the_commit_the_changes_and_what_is_untracked_are_read(repository: Path) -> None:
    (repository / "train.py").write_text("lr = 0.2\napi_key = 'abcd1234efgh'\n")
    (repository / "new.py").write_text("")
    state = git.read(repository, with_patch=True, redact=Redactor().text)
    assert state is not None
    assert state.facts["branch"] == "main"
    assert len(state.facts["commit"]) == 40
    assert state.facts["remote"] == "https://git.example/digits.git"
    assert state.facts["is_dirty"] is True
    assert state.facts["untracked"] == ["new.py"]
    assert b"+lr = 0.2" in state.patch
    assert b"abcd1234efgh" not in state.patch
    assert git.read(repository, with_patch=False).patch == b""  # type: ignore[union-attr]


def test_a_patch_that_is_too_large_is_cut_with_a_mark(repository: Path) -> None:
    (repository / "train.py").write_text("x\n" * (limits.GIT_PATCH_BYTES // 2))
    state = git.read(repository, with_patch=True)
    assert state is not None
    assert len(state.patch) == limits.GIT_PATCH_BYTES
    assert state.facts["is_patch_cut"] is True
    assert state.patch.endswith(b"exceeds the size limit.\n")


def test_a_patch_that_takes_too_long_costs_the_commit_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "train.py").write_text("lr = 0.2\n")
    begin = subprocess.Popen

    def slow(command: list[str], **options: Any) -> Any:
        return begin(["sh", "-c", "echo whole; printf half; exec sleep 60"] if "diff" in command else command, **options)

    monkeypatch.setattr(git.subprocess, "Popen", slow)
    monkeypatch.setattr(git, "_TIMEOUT_S", 1.0)
    state = git.read(repository, with_patch=True)
    assert state is not None
    assert len(state.facts["commit"]) == 40
    assert state.facts["is_patch_cut"] is True
    assert state.patch.startswith(b"whole\n\n#")


def test_of_a_large_patch_no_more_is_read_than_is_kept(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "x = 'some ordinary text of a line'\n"
    (repository / "train.py").write_text(line * (4 * limits.GIT_PATCH_BYTES // len(line)))
    looked_at: list[int] = []

    def redact(text: str) -> str:
        looked_at.append(len(text))
        return text

    state = git.read(repository, with_patch=True, redact=redact)
    assert state is not None and len(state.patch) == limits.GIT_PATCH_BYTES
    assert sum(looked_at) < 1.1 * limits.GIT_PATCH_BYTES
    assert max(looked_at) < limits.GIT_PATCH_BYTES // 50  # no other thread runs meanwhile


@pytest.mark.parametrize("before", range(0, 3_000, 37))
def test_a_key_in_a_large_patch_is_masked_wherever_it_lies(monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    monkeypatch.setattr(git, "_PIECE_CHARS", 500)
    key = "-----BEGIN PRIVATE KEY-----\n" + "+c2VjcmV0IQ\n" * 60 + "-----END PRIVATE KEY-----\n"
    text = ("+ordinary\n" * 300)[: before // 10 * 10] + key + "+last\n" * 200
    pieces = list(git._pieces(text))
    assert "".join(pieces) == text
    assert "c2VjcmV0IQ" not in "".join(map(Redactor().text, pieces))
    assert "".join(map(Redactor().text, pieces)).endswith("+last\n")


def test_a_folder_without_a_repository_has_no_git_state(alone: Path) -> None:
    assert git.read(alone, with_patch=True) is None


def test_a_run_keeps_its_git_state_and_its_surroundings(repository: Path, monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setenv("MY_VARIABLE", "mine")
    monkeypatch.setenv("OTHER", "not asked for")
    (repository / "train.py").write_text("lr = 0.3\n")
    run = assay.init(settings={"capture_environment": True, "env_variables": "MY_*", "silent": True})
    run.finish()
    records = said(run.folder.path)
    facts: dict[str, object] = {}
    for record in records:
        if isinstance(record, Environment):
            facts |= record.facts
    assert facts["python"]["version"].startswith(f"{sys.version_info.major}.")  # type: ignore[index]
    assert facts["git"]["is_dirty"] is True  # type: ignore[index]
    assert "msgspec" in facts["packages"]  # type: ignore[operator]
    variables = facts["variables"]
    assert isinstance(variables, dict)
    assert (variables["CUDA_VISIBLE_DEVICES"], variables["MY_VARIABLE"], "OTHER" in variables) == ("0", "mine", False)
    assert [f.path for f in records if isinstance(f, File)] == ["diff.patch"]
    assert run.project == repository.name


def test_every_topic_that_can_be_told_is_told_and_none_raises() -> None:
    facts = environment.read(Redactor())
    assert {"python", "os", "cpu", "memory_bytes", "command", "packages", "determinism"} <= facts.keys()
    json.dumps(facts)


def test_packages_are_those_that_the_library_finds_in_folders_and_archives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, name, text in (
        ("first", "one-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: One.Thing\nVersion: 1.0\n\nName: not this\n"),
        ("second", "one-0.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: One.Thing\nVersion: 0.9\n"),
        ("second", "two.egg-info/PKG-INFO", "Metadata-Version: 1.0\r\nName: two\r\nVersion: 2!3\r\n\r\nName: not this\r\n"),
        ("second", "three-3.egg-info", "Metadata-Version: 1.0\nName: three\nVersion: 3\n"),
        ("second", "broken-1.dist-info/RECORD", ""),
    ):
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as packed:
        packed.writestr("four-4.dist-info/METADATA", "Metadata-Version: 2.1\nName: four\nVersion: 4\n")
    places = [str(tmp_path / "first"), str(tmp_path / "nowhere"), str(tmp_path / "second"), str(tmp_path / "packed.zip")]
    monkeypatch.setattr(sys, "path", places + sys.path)
    found = environment.read(Redactor())["packages"]
    assert {name: found[name] for name in ("One.Thing", "two", "three", "four")} == {
        "One.Thing": "1.0", "two": "2!3", "three": "3", "four": "4",
    }  # fmt: skip
    assert "broken" not in found
    known: dict[str, str] = {}
    for one in importlib.metadata.distributions():
        if one.metadata["Name"]:
            known.setdefault(one.metadata["Name"], one.version)
    assert found == dict(sorted(known.items(), key=lambda entry: entry[0].lower()))


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, None),
        ({"RANK": "1", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "TORCHELASTIC_RUN_ID": "j"}, (1, 4, 1, "torchrun")),
        ({"OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "3"}, (2, 3, 0, "openmpi")),
        ({"PMI_RANK": "0", "PMI_SIZE": "2"}, (0, 2, 0, "mpi")),
        ({"RAY_TRAIN_WORLD_RANK": "1", "RAY_TRAIN_WORLD_SIZE": "2"}, (1, 2, 0, "ray")),
        ({"SLURM_PROCID": "3", "SLURM_NTASKS": "4", "SLURM_STEP_ID": "0", "SLURM_LOCALID": "1"}, (3, 4, 1, "slurm")),
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "1", "SLURM_STEP_ID": "0"}, None),
        ({"SLURM_PROCID": "0", "SLURM_NTASKS": "4"}, None),
        ({"RANK": "x", "WORLD_SIZE": "4"}, None),
        ({"RANK": "4", "WORLD_SIZE": "4"}, None),
    ],
)  # fmt: skip
def test_the_rank_is_told_by_the_launchers_variables(
    variables: dict[str, str], expected: tuple[int, int, int, str] | None
) -> None:
    found = detect(variables)
    assert (found and (found.rank, found.world_size, found.local_rank, found.launcher)) == expected


def test_all_ranks_of_a_job_compute_one_id_and_jobs_differ() -> None:
    job = {"RANK": "0", "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "a"}
    first, second = detect(job), detect({**job, "RANK": "1"})
    other = detect({**job, "TORCHELASTIC_RUN_ID": "b"})
    assert first is not None and second is not None and other is not None
    assert first.shared_id("p") == second.shared_id("p") != other.shared_id("p")


def test_cells_become_a_notebook() -> None:
    content = json.loads(notebook.as_notebook(["x = 1\nx", "print(x)"]))
    assert [cell["source"] for cell in content["cells"]] == [["x = 1\n", "x"], ["print(x)"]]


CELLS = [
    "import os, assay\nrun = assay.init(project='p', id='one')\nrun.log({'a': 1})\nassert 'one' in run._repr_html_()",
    "secret = 'ghp_" + "a1B2" * 9 + "'",
    "run = assay.init(project='p', id='two')\nrun.log({'a': 2})\nprint('from a cell')",
    "print('from the next')",
    "print('and the last')",
]


def test_a_notebook_ends_its_run_with_the_next_one_and_with_the_kernel(
    alone: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("PYTHONPATH", str(Path(assay.__file__).resolve().parents[1]))
    monkeypatch.setenv("ASSAY_CONSOLE", "wrap")
    monkeypatch.setenv("ASSAY_SAVE_CODE", "1")
    monkeypatch.setenv("ASSAY_MONITOR_S", "0")
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    kernels = alone / "jupyter" / "kernels" / "own"
    kernels.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernels / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "own", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(alone / "jupyter"))
    page = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(page, timeout=60, kernel_name="own", resources={"metadata": {"path": str(alone)}}).execute()
    for run_id in ("one", "two"):
        records = said(alone / ".assay" / run_id)
        assert type(records[-1]).__name__ == "Finish", run_id
        (cells,) = [record for record in records if isinstance(record, File)]
        assert cells.path == notebook.CELLS_PATH
        kept = Path(cells.source).read_text()
        assert "run.log({'a': 1})" in kept
        assert "ghp_" not in kept
        assert MASK in kept
    printed = [line for record in said(alone / ".assay" / "two") if isinstance(record, Console) for line in record.lines]
    assert [line for line in printed if "the" in line or "cell" in line][:3] == ["from a cell", "from the next", "and the last"]
    assert (alone / ".assay" / "two" / "files" / "code").stat().st_mode & 0o077 == 0
