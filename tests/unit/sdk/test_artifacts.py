from __future__ import annotations

import datetime
import errno
import hashlib
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy
import pytest

import assay
from assay.client import staging
from assay.client.staging import Staged, StagingFolder
from assay.sdk import artifact_draft, datasets
from assay.server.domain.artifact_drafts import check_page
from assay.wire import limits
from assay.wire.errors import Conflict, InvalidName, InvalidRequest, NotFound, TooLarge
from assay.wire.messages.artifacts import EntriesPage
from assay.wire.records import Artifact as ArtifactRecord
from assay.wire.records import Record, Refused


def name(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def spec_of(run: assay.Run, record: ArtifactRecord) -> tuple[StagingFolder, Staged]:
    folder = StagingFolder.of_run(run.folder.path, record.id)
    return folder, folder.read_spec()


@pytest.fixture
def run() -> assay.Run:
    return assay.init(project="p", mode="offline")


def logged(run: assay.Run, said: object) -> list[ArtifactRecord]:
    run.finish(quiet=True)
    return [record for record in said(run.folder.path) if isinstance(record, ArtifactRecord)]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("S3://bucket/my file.txt", "s3://bucket/my%20file.txt"),
        ("gcs://bucket/a.txt", "gs://bucket/a.txt"),
        ("azure://box/a%20b.txt", "az://box/a%20b.txt"),
        ("HTTPS://host/a.txt", "https://host/a.txt"),
    ],
)
def test_an_address_is_kept_in_the_form_that_the_server_takes(given: str, kept: str) -> None:
    artifact = assay.Artifact("data", "dataset")
    [path] = artifact.add_reference(given, checksum=False)
    assert artifact.manifest.entries[path].ref == kept
    check_page(EntriesPage(artifact.manifest.entries))


def test_a_logged_file_is_in_the_runs_folder_as_it_was_when_it_was_added(run: assay.Run, said: object, alone: Path) -> None:
    (alone / "model.pt").write_bytes(b"first")
    run.log({"loss": 1.0})
    artifact = run.log_artifact("model.pt", name="model", type="model", aliases=["best"], tags=["x"])
    (alone / "model.pt").write_bytes(b"second")
    assert artifact.state == "PENDING"
    [record] = logged(run, said)
    folder, spec = spec_of(run, record)
    assert (record.name, record.artifact_type, record.action, record.step) == ("model", "model", "log", 0)
    assert (spec.request.aliases, spec.request.tags, spec.request.step) == (["best"], ["x"], 0)
    [file] = folder.local_files(spec.files)
    assert file.path == "model.pt"
    assert Path(file.source).read_bytes() == b"first"


def test_a_file_read_in_place_is_known_by_its_stamp(run: assay.Run, said: object, alone: Path) -> None:
    (alone / "big.bin").write_bytes(b"content")
    artifact = assay.Artifact("data", "dataset")
    artifact.add_file("big.bin", policy="immutable")
    run.log_artifact(artifact)
    [record] = logged(run, said)
    folder, spec = spec_of(run, record)
    [file] = folder.local_files(spec.files)
    assert file.source == str(alone / "big.bin")
    assert file.stamp is not None
    assert not list(folder.copies.iterdir())


def test_a_folder_is_added_whole_with_links_followed_once(alone: Path) -> None:
    (alone / "d" / "sub").mkdir(parents=True)
    (alone / "d" / "a.txt").write_text("a")
    (alone / "d" / "sub" / "b.txt").write_text("b")
    (alone / "d" / "sub" / "loop").symlink_to(alone / "d")
    (alone / "d" / "link.txt").symlink_to(alone / "d" / "a.txt")
    artifact = assay.Artifact("data", "dataset")
    artifact.add_dir("d", name="x")
    assert sorted(artifact.manifest.entries) == ["x/a.txt", "x/link.txt", "x/sub/b.txt"]
    assert artifact.manifest.entries["x/link.txt"].digest == name(b"a")
    assert artifact.size == 3


def test_what_is_logged_after_the_end_is_not_waited_for(run: assay.Run, alone: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run.finish(quiet=True)
    capfd.readouterr()
    (alone / "model.pt").write_bytes(b"x")
    artifact = run.log_artifact("model.pt", name="model", type="model")
    assert "log_artifact after finish() is not kept" in capfd.readouterr().err
    with pytest.raises(InvalidRequest, match="had ended"):
        artifact.wait()


def test_two_files_of_one_name_in_two_spellings_are_told_and_none_is_lost(alone: Path) -> None:
    (alone / "d").mkdir()
    (alone / "d" / "\u00e9.txt").write_text("one letter")
    (alone / "d" / "e\u0301.txt").write_text("a letter and an accent")
    if len(list((alone / "d").iterdir())) < 2:
        pytest.skip("this file system has one of them")
    artifact = assay.Artifact("data", "dataset")
    for merge in (False, True):
        with pytest.raises(Conflict, match="two spellings"):
            artifact.add_dir("d", merge=merge)
    assert artifact.file_count == 0


@pytest.mark.parametrize("alias", ["v3", "a:b", "a/b", "a@b", "2017..2018", "", "x" * 300])
def test_an_alias_that_the_server_would_not_take_is_told_at_once(run: assay.Run, alone: Path, alias: str) -> None:
    (alone / "model.pt").write_bytes(b"x")
    with pytest.raises(InvalidRequest, match="cannot be an alias"):
        run.log_artifact("model.pt", name="model", type="model", aliases=[alias])


def test_the_digest_is_the_contents_and_not_the_order(alone: Path) -> None:
    (alone / "a").write_text("a")
    (alone / "b").write_text("b")
    first, second = assay.Artifact("one", "dataset"), assay.Artifact("two", "dataset")
    for file in ("a", "b"):
        first.add_file(file)
    for file in ("b", "a"):
        second.add_file(file, policy="immutable")
    assert first.digest == second.digest
    assert first.file_count == 2


def test_a_new_file_is_part_of_it_once_it_is_written(alone: Path) -> None:
    artifact = assay.Artifact("a", "dataset")
    with artifact.new_file("x/labels.txt") as file:
        file.write("ä")
    with artifact.new_file("raw.bin", mode="wb") as file:
        file.write(b"\0")
    with pytest.raises(ZeroDivisionError), artifact.new_file("broken.txt") as file:
        1 / 0  # noqa: B018
    assert {path: entry.digest for path, entry in artifact.manifest.entries.items()} == {
        "x/labels.txt": name("ä".encode()),
        "raw.bin": name(b"\0"),
    }
    with pytest.raises(Conflict, match=r"raw\.bin is in the artifact already"), artifact.new_file("raw.bin", mode="xb"):
        pass


@pytest.mark.parametrize("policy", ["mutable", "immutable"])
def test_the_same_file_once_more_is_no_conflict_and_is_taken_as_it_is_now(alone: Path, policy: str) -> None:
    for folder in ("d", "other"):
        (alone / folder).mkdir()
        (alone / folder / "a.txt").write_text("one")
    artifact = assay.Artifact("data", "dataset")
    artifact.add_dir("d", policy=policy)
    (alone / "d" / "a.txt").write_text("two!")
    artifact.add_file("d/a.txt", policy=policy)
    artifact.add_dir("d", policy=policy)
    assert artifact.manifest.entries["a.txt"].digest == name(b"two!")
    with pytest.raises(Conflict, match="merge=True"):
        artifact.add_dir("other", policy=policy)
    with artifact.new_file("a.txt", "w") as file:
        file.write("three")
    with pytest.raises(Conflict):
        artifact.add_file("d/a.txt", policy=policy)
    assert artifact.manifest.entries["a.txt"].digest == name(b"three")


def test_a_folder_that_there_is_no_room_to_copy_is_read_in_place_and_told_once(
    alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (alone / "d").mkdir()
    for number in range(200):
        (alone / "d" / f"{number:03}.bin").write_bytes(b"%d" % number)
    copy, copied = artifact_draft.copy, []

    def full(source: Path, target: Path) -> None:
        if source.name >= "100.bin":
            copied.append(source.name)
            raise OSError(errno.ENOSPC, "No space left on device")
        copy(source, target)

    monkeypatch.setattr(artifact_draft, "copy", full)
    artifact = assay.Artifact("data", "dataset")
    artifact.add_dir("d")
    assert len(copied) <= 4  # those that were under way; nothing more was tried
    [said] = capsys.readouterr().err.splitlines()
    told = re.search(r"no room to copy (\d+) files", said)
    assert told is not None and 100 <= int(told[1]) <= 104, said
    assert artifact.manifest.entries["150.bin"].digest == name(b"150")
    assert artifact.file_count == 200


@pytest.mark.parametrize("fails", ["_write", "create"])
def test_a_disk_that_takes_no_artifact_ends_no_training(
    run: assay.Run, said: Callable[[Path], list[Record]], alone: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], fails: str,
) -> None:  # fmt: skip
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (alone / "model.pt").write_bytes(b"x")
    (alone / "rows.csv").write_bytes(b"a,b")
    monkeypatch.setattr(*((staging, "_write", full) if fails == "_write" else (staging.StagingFolder, "create", full)))
    kept = [
        run.log_artifact("model.pt", name="model", type="model"),
        run.log_checkpoint("model.pt", name="checkpoint"),
        run.log_dataset(str(alone / "rows.csv"), name="data"),
        run.log_dataset(numpy.zeros(3), name="array"),
    ]
    for artifact in kept:
        with pytest.raises(InvalidRequest, match="could not be written down.*No space left"):
            artifact.wait()
    names = {record.key for record in said(run.folder.path) if isinstance(record, Refused)}
    assert names == {"artifact model", "artifact checkpoint", "artifact data", "artifact array"}
    assert "artifact model is not kept: No space left on device" in capsys.readouterr().err
    assert not logged(run, said)


def test_a_folder_of_ours_that_takes_no_copy_leaves_the_file_where_it_lies(
    run: assay.Run, said: object, alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def read_only(source: Path, target: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(target))

    monkeypatch.setattr(artifact_draft, "copy", read_only)
    (alone / "model.pt").write_bytes(b"x")
    run.log_artifact("model.pt", name="model", type="model")
    _, spec = spec_of(run, logged(run, said)[0])
    assert [file.source for file in spec.files] == [str(alone / "model.pt")]
    assert "no room to copy" in (told := capsys.readouterr().err) and "Read-only file system" in told


@pytest.mark.parametrize("policy", ["mutable", "immutable"])
def test_a_file_in_a_folder_whose_name_is_no_utf_8_is_logged(alone: Path, policy: str) -> None:
    folder = Path(os.fsdecode(os.fsencode(alone) + b"/\xe9t\xe9"))  # in latin-1, as some older disks have it
    folder.mkdir()
    (folder / "a.bin").write_bytes(b"abc")
    os.utime(folder / "a.bin", (1, 1))
    artifact = assay.Artifact("data", "dataset")
    artifact.add_dir(folder, policy=policy)
    assert artifact.manifest.entries["a.bin"].digest == name(b"abc")
    run = assay.init(project="bytes", mode="offline")
    run.log_artifact(artifact)
    run.finish()


def test_a_reference_to_a_file_keeps_its_digest_and_no_copy(alone: Path) -> None:
    (alone / "d").mkdir()
    (alone / "d" / "a.bin").write_bytes(b"abc")
    artifact = assay.Artifact("data", "dataset")
    assert artifact.add_reference((alone / "d").as_uri(), name="raw") == ["raw/a.bin"]
    assert artifact.add_reference("gs://ever/it.is", checksum=False) == ["it.is"]
    entries = artifact.manifest.entries
    assert (entries["raw/a.bin"].digest, entries["raw/a.bin"].size) == (name(b"abc"), 3)
    assert entries["raw/a.bin"].ref == (alone / "d" / "a.bin").as_uri()
    assert (entries["it.is"].digest, entries["it.is"].size) == ("", -1)
    for checksum in (True, False):
        with pytest.raises(InvalidRequest, match="Expected one of file, http"):
            artifact.add_reference("what://ever/it.is", checksum=checksum)
    with pytest.raises(TooLarge, match="max_objects"):
        artifact.add_reference((alone / "d").as_uri(), name="other", max_objects=0)
    with pytest.raises(NotFound):
        artifact.add_reference((alone / "nothing").as_uri())


def test_a_reference_to_a_folder_holds_what_a_link_in_it_leads_to(alone: Path) -> None:
    (alone / "elsewhere" / "deep").mkdir(parents=True)
    (alone / "elsewhere" / "deep" / "a.bin").write_bytes(b"abc")
    (alone / "d").mkdir()
    (alone / "d" / "linked").symlink_to(alone / "elsewhere")
    (alone / "d" / "round").symlink_to(alone / "d")
    artifact = assay.Artifact("data", "dataset")
    assert artifact.add_reference((alone / "d").as_uri()) == ["linked/deep/a.bin"]
    assert artifact.manifest.entries["linked/deep/a.bin"].digest == name(b"abc")


def test_a_reference_with_accents_of_their_own_has_the_one_form_of_its_path(alone: Path) -> None:
    (alone / "d").mkdir()
    (alone / "d" / "re\u0301sume\u0301").write_text("1")
    artifact = assay.Artifact("data", "dataset")
    assert artifact.add_reference((alone / "d").as_uri()) == ["r\u00e9sum\u00e9"]
    assert artifact.manifest.entries["r\u00e9sum\u00e9"].ref == (alone / "d" / "re\u0301sume\u0301").as_uri()
    (alone / "d" / "r\u00e9sum\u00e9").write_text("2")
    with pytest.raises(Conflict, match="two spellings of Unicode"):
        artifact.add_reference((alone / "d").as_uri())


@pytest.mark.parametrize("path", ["../x", "/etc/x", "a/../../b", "x" * 4097, "a\\b", "CON"])
def test_a_path_that_could_leave_its_folder_is_refused_when_it_is_added(alone: Path, path: str) -> None:
    (alone / "f").write_text("")
    artifact = assay.Artifact("a", "dataset")
    with pytest.raises(InvalidName, match="path in an artifact"):
        artifact.add_file("f", name=path)
    with pytest.raises(InvalidName), artifact.new_file(path):
        pass
    assert artifact.file_count == 0


def test_a_path_of_four_kilobytes_is_staged(alone: Path) -> None:
    (alone / "f").write_text("long")
    artifact = assay.Artifact("a", "dataset")
    path = "/".join(["x" * 127] * 32)
    artifact.add_file("f", name=path)
    assert artifact.manifest.entries[path].digest == name(b"long")


def test_mistakes_are_told_at_once(alone: Path) -> None:
    with pytest.raises(InvalidName):
        assay.Artifact("a b", "dataset")
    with pytest.raises(InvalidName):
        assay.Artifact("a", "data/set")
    for odd in (object(), "\ud800"):
        with pytest.raises(InvalidRequest, match="metadata"):
            assay.Artifact("a", "dataset", metadata={"x": odd})
    with pytest.raises(InvalidName, match="role"):
        assay.Artifact("a", "dataset", use_as="\ud800")
    artifact = assay.Artifact("a", "dataset")
    with pytest.raises(NotFound):
        artifact.add_file("nothing")
    with pytest.raises(NotFound):
        artifact.add_dir("nothing")
    os.mkfifo(alone / "pipe")
    with pytest.raises(NotFound):
        artifact.add_file("pipe")
    with pytest.raises(InvalidRequest, match="policy"):
        (alone / "f").write_text("")
        artifact.add_file("f", policy="odd")
    with pytest.raises(InvalidRequest, match="ttl"):
        artifact.ttl = timedelta(0)
    with pytest.raises(InvalidRequest, match="alias"):
        artifact.aliases = ["a:b"]
    with pytest.raises(InvalidRequest, match="not a version yet"):
        artifact.download()
    with pytest.raises(InvalidRequest, match="registry"):
        artifact.link("somewhere")


def test_metadata_of_numbers_that_are_not_pythons_own() -> None:
    artifact = assay.Artifact("a", "dataset", metadata={"n": numpy.int64(3), "a": numpy.arange(2), "p": Path("/x")})
    assert artifact.metadata == {"n": 3, "a": [0, 1], "p": "/x"}
    odd = assay.Artifact("a", "dataset", metadata={"n": numpy.float32("nan"), "a": [float("-inf")], 3: 1e400})
    assert odd.metadata == {"n": "NaN", "a": ["-Infinity"], "3": "Infinity"}


def test_a_description_is_cut_and_cleaned_as_notes_are(run: assay.Run, said: object) -> None:
    artifact = assay.Artifact("a", "dataset", "a\ud800b")
    run.log_artifact(artifact)
    _, spec = spec_of(run, logged(run, said)[0])
    assert spec.request.description == artifact.description == "a?b"
    artifact.description = "x" * (limits.NOTE_BYTES + 1)
    assert len(artifact.description) == limits.NOTE_BYTES


def test_nothing_is_added_after_it_was_logged(run: assay.Run, alone: Path) -> None:
    artifact = assay.Artifact("a", "dataset")
    run.log_artifact(artifact)
    (alone / "f").write_text("")
    with pytest.raises(InvalidRequest, match="cannot be changed"):
        artifact.add_file("f")
    with pytest.raises(InvalidRequest, match="assay sync"):
        artifact.wait()


def test_paths_are_removed_with_what_is_below_them(alone: Path) -> None:
    (alone / "f").write_text("")
    artifact = assay.Artifact("a", "dataset")
    for path in ("d/a", "d/b/c", "e"):
        artifact.add_file("f", name=path)
    artifact.remove("d")
    assert sorted(artifact.manifest.entries) == ["e"]
    with pytest.raises(NotFound):
        artifact.remove("d")


def test_writers_of_one_version_need_an_id_in_common(run: assay.Run, said: object) -> None:
    with pytest.raises(InvalidRequest, match="distributed_id"):
        run.upsert_artifact(assay.Artifact("a", "dataset"))
    with pytest.raises(InvalidName, match="distributed id"):
        run.upsert_artifact(assay.Artifact("a", "dataset"), distributed_id="\ud800")
    run.upsert_artifact(assay.Artifact("a", "dataset"), distributed_id="job1")
    run.finish_artifact(assay.Artifact("a", "dataset"), distributed_id="job1")
    records = logged(run, said)
    assert [record.action for record in records] == ["upsert", "finish"]
    assert all(spec_of(run, record)[1].request.shared_id == "job1" for record in records)


def test_offline_an_artifact_of_the_server_cannot_be_used_and_a_draft_can_be_logged(run: assay.Run) -> None:
    with pytest.raises(InvalidRequest, match="offline"):
        run.use_artifact("data:latest")
    assert run.use_artifact(assay.Artifact("a", "dataset")).state == "PENDING"


def test_a_disabled_run_keeps_nothing(alone: Path) -> None:
    run = assay.init(project="p", mode="disabled")
    (alone / "f").write_text("x")
    run.log_artifact("f", type="dataset")
    run.finish()
    assert not (alone / ".assay").exists()


def test_the_same_rows_have_one_digest_in_every_library(run: assay.Run, said: object) -> None:
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    arrow = pytest.importorskip("pyarrow")
    data = {"n": [1, 2, None], "x": [0.5, float("nan"), 2.0], "s": ["a", None, "ü"], "b": [True, False, None]}
    table = arrow.table(data)
    run.log_dataset(table, name="arrow", role="train")
    run.log_dataset(polars.DataFrame(data, strict=False), name="polars", role="test")
    run.log_dataset(arrow.concat_tables([table.slice(0, 1), table.slice(1)]), name="pieces")
    run.log_dataset(pandas.DataFrame({"n": [1, 2]}), name="pandas")
    run.log_dataset(table.slice(1), name="other")
    specs = [spec_of(run, record)[1] for record in logged(run, said)]
    digests = {spec.request.name: spec.request.metadata["digest"] for spec in specs}
    assert digests["arrow"] == digests["polars"] == digests["pieces"]
    assert len(set(digests.values())) == 3
    first = specs[0]
    assert (first.action, first.request.type, first.request.role, first.request.metadata["rows"]) == (
        "input",
        "dataset",
        "train",
        3,
    )
    assert set(first.request.metadata["schema"]) == {"n", "x", "s", "b"}
    assert [file.path for file in first.files] == ["dataset.json"]


def test_a_table_that_cannot_be_digested_is_told_and_a_series_is_a_column(run: assay.Run, said: object, alone: Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    for odd in (pandas.DataFrame({"a": [object(), 2]}), pandas.DataFrame([[1, 2]], columns=["a", "a"])):
        with pytest.raises(InvalidRequest, match="cannot be digested"):
            run.log_dataset(odd, name="odd")
    (alone / "d").mkdir()
    (alone / "d" / "dead").symlink_to("nowhere")
    with pytest.raises(NotFound, match="dead"):
        run.log_dataset("d")
    folder = alone / "my data"
    folder.mkdir()
    pandas.DataFrame({"n": [1, 2]}).to_parquet(folder / "t.parquet")
    run.log_dataset((folder / "t.parquet").as_uri(), name="parquet")
    run.log_dataset(pandas.Series([1, 2], name="n"), name="series")
    run.log_dataset(pandas.DataFrame({"n": [1, 2]}), name="frame")
    parquet, series, frame = (spec_of(run, record)[1].request.metadata for record in logged(run, said))
    assert parquet["rows"] == 2
    assert series["digest"] == frame["digest"]


def test_rows_have_one_digest_in_every_library() -> None:
    pandas, polars, arrow = (pytest.importorskip(library) for library in ("pandas", "polars", "pyarrow"))
    days = [datetime.date(2020, 1, 1), None]
    for values in ([1, 2], [0.5, None], [True, False], ["a", None], [b"a", b"b"], [[1, 2], [3]], [["a"], ["b"]], days):
        made = (pandas.DataFrame({"x": values}), polars.DataFrame({"x": values}), arrow.table({"x": values}))
        assert len({datasets.describe(table).metadata["digest"] for table in made}) == 1, values


def test_an_array_a_path_and_nothing_of_the_kind_as_datasets(run: assay.Run, said: object, alone: Path) -> None:
    (alone / "data.csv").write_text("a\n1\n")
    run.log_dataset(numpy.zeros((3, 2)), name="zeros")
    run.log_dataset(alone / "data.csv")
    with pytest.raises(InvalidRequest, match="not a dataset"):
        run.log_dataset(object())
    array, file = (spec_of(run, record)[1] for record in logged(run, said))
    assert array.request.metadata["shape"] == [3, 2]
    assert file.references["data.csv"].digest == name(b"a\n1\n")
    assert file.request.name == "data.csv"


def test_a_checkpoint_carries_its_step_and_the_numbers_of_the_moment(run: assay.Run, said: object, alone: Path) -> None:
    (alone / "w").write_text("x")
    with pytest.raises(InvalidRequest, match="has no number yet"):
        run.log_checkpoint("w", metric="loss", keep=1)
    run.log({"loss": 0.5, "name": "text", "bad": float("nan")})
    with pytest.raises(InvalidRequest, match="keep needs a metric"):
        run.log_checkpoint("w", keep=1)
    with pytest.raises(InvalidRequest, match="goal"):
        run.log_checkpoint("w", metric="loss", goal="up")
    run.log_checkpoint("w", metric="loss", keep=3)
    [record] = logged(run, said)
    _, spec = spec_of(run, record)
    assert (spec.request.type, spec.request.step, spec.request.metadata) == ("model", 0, {"metrics": {"loss": 0.5}})
    assert spec.keep is not None
    assert (spec.keep.count, spec.keep.metric, spec.keep.goal) == (3, "loss", "minimize")


@pytest.mark.parametrize("step", [2**62, -3, "late"])
def test_a_checkpoint_at_what_is_no_step_is_kept_at_the_newest(
    run: assay.Run, said: object, alone: Path, step: int | str
) -> None:
    run.log({"loss": 0.5}, step=7, commit=True)
    (alone / "model.pt").write_bytes(b"x")
    run.log_artifact("model.pt", type="model", step=step)  # type: ignore[arg-type]
    [record] = logged(run, said)
    assert record.step == 7


def test_a_checkpoint_of_a_metric_that_went_wrong_is_kept_unranked(run: assay.Run, said: object, alone: Path) -> None:
    (alone / "w").write_text("x")
    run.log({"loss": float("nan"), "other": 1.0})
    run.log_checkpoint("w", metric="loss", keep=1)
    [record] = logged(run, said)
    _, spec = spec_of(run, record)
    assert spec.request.metadata == {"metrics": {"other": 1.0}}


def test_what_was_added_before_the_run_leaves_nothing_in_the_temporary_folder() -> None:
    artifact = assay.Artifact("early", "dataset")
    with artifact.new_file("a.txt") as file:
        file.write("a")
    scratch = artifact.draft.folder.path.parent
    assert scratch.exists()
    with assay.init(project="p", mode="offline") as run:
        run.log_artifact(artifact)
        assert not scratch.exists()
