from __future__ import annotations

import contextlib
import math
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.client import credentials
from assay.client.credentials import CredentialsUnusable
from assay.journal.folder import RunFolder
from assay.journal.reader import JournalReader
from assay.journal.sealing import seal_ended
from assay.sdk import run as run_module
from assay.sdk.errors import ConfigChanged, InvalidSetting, NotStarted, ResumeRefused, UnknownSetting
from assay.server.domain.run_edits import check_config
from assay.wire import limits
from assay.wire.errors import InvalidName, InvalidRequest, ServerUnreachable
from assay.wire.records import Alert, Config, Console, Define, Edit, File, Finish, Progress, Record, Refused, Start, Summary
from tests.infra.senders import kill_senders

Said = Callable[[Path], list[Record]]
Rows = Callable[[Path], list[tuple[int, dict[str, Any]]]]


def of(kind: type[Any], records: list[Record]) -> list[Any]:
    return [record for record in records if type(record) is kind]


def test_a_row_is_in_the_journal_when_log_returns(rows: Rows) -> None:
    run = assay.init(project="digits")
    run.log({"loss": 0.5, "n": 3})
    assert rows(run.folder.path) == [(0, {"loss": 0.5, "n": 3})]


def test_the_first_record_says_which_run_this_is_and_the_last_how_it_ended(said: Said) -> None:
    run = assay.init(
        project="digits", entity="ada", id="r1", name="first", tags=["a", "b", "a"], notes="n", group="g", config={"lr": 0.1}
    )
    run.finish()
    records = said(run.folder.path)
    start = records[0]
    assert isinstance(start, Start)
    assert (start.entity, start.project, start.run_id, start.is_primary) == ("ada", "digits", "r1", True)
    assert start.info["config"] == {"lr": 0.1}
    assert start.info["tags"] == ["a", "b"]
    assert start.info["pid"] == os.getpid()
    assert isinstance(records[-1], Finish)
    assert (records[-1].state, records[-1].exit_code) == ("finished", 0)


@pytest.mark.parametrize(
    ("given", "name"), [("   ", ""), ("\u202e", ""), ("safe\u202egnp.exe", "safegnp.exe"), ("plain", "plain")]
)
def test_a_name_that_is_not_seen_or_turns_text_stops_no_run(
    given: str, name: str, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    run = assay.init(project="digits", name=given, tags=["\u2067a", " "])
    run.name = "\u202eb"
    start = said(run.folder.path)[0]
    assert isinstance(start, Start)
    assert (start.info.get("name", ""), start.info["tags"]) == (name, ["a"])
    assert of(Edit, said(run.folder.path))[0].set == {"name": "b"}
    assert ("cannot be called" in capsys.readouterr().err) == (given != name)


PHOTO = assay.Html("<p>")


def test_a_value_of_the_config_that_cannot_be_kept_takes_nothing_else_with_it(said: Said) -> None:
    run = assay.init(project="digits", config={"loss_fn": len, "photo": PHOTO, "lr": 0.1, "": 1})
    run.config.update({"photo": PHOTO, "width": 3})
    run.finish()
    start, *rest = said(run.folder.path)
    assert isinstance(start, Start)
    assert start.info["config"] == {"loss_fn": "len", "lr": 0.1}
    told = [record for record in rest if isinstance(record, Refused | Config)]
    assert [record.key if isinstance(record, Refused) else record.set for record in told] == [
        "config.photo", "config.''", "config.photo", [(["width"], 3)],
    ]  # fmt: skip


def test_a_key_deep_in_the_config_that_cannot_be_kept_is_refused_alone(said: Said) -> None:
    run = assay.init(project="digits", config={"vocab": {"": 0, "a": {"x" * 2000: 1, "b": 2}}, "lr": 0.1})
    run.finish()
    start, *rest = said(run.folder.path)
    assert isinstance(start, Start)
    assert start.info["config"] == {"vocab": {"a": {"b": 2}}, "lr": 0.1} == run.config.as_dict()
    assert [record.key[:20] for record in of(Refused, rest)] == ["config.vocab.''", "config.vocab.a.'xxxx"]


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"k": value}
    return value


@pytest.mark.parametrize(
    "config",
    [
        {"lr": 0.1, **{f"d{levels}": nested(levels) for levels in range(limits.NESTING - 3, limits.NESTING + 4)}},
        {str(place) * 100: "x" * (limits.CONFIG_BYTES // 4 - 50) for place in range(5)},
    ],
    ids=["deep", "long"],
)
def test_a_config_at_its_limits_is_one_that_the_server_takes(said: Said, config: dict[str, Any]) -> None:
    run = assay.init(project="digits", config=config)
    run.finish()
    start = said(run.folder.path)[0]
    assert isinstance(start, Start)
    check_config(start.info["config"])
    assert start.info["config"]


@pytest.mark.parametrize("given", [{"group": "a\nb"}, {"group": "g" * 300}, {"job_type": "j\ud800"}, {"name": "a\nb"}])
def test_a_name_that_no_list_can_show_is_refused_before_the_run_begins(alone: Path, given: dict[str, str]) -> None:
    with pytest.raises(InvalidName, match=r"1 to 256 printable characters"):
        assay.init(project="digits", **given)
    assert not list(alone.rglob("*.journal"))


def test_words_that_are_not_valid_unicode_leave_the_rest_of_the_run_described(said: Said) -> None:
    run = assay.init(
        project="digits", notes="what \udce9 said" + "x" * limits.NOTE_BYTES, config={"lr": 0.1},
        settings={"program": "caf\udce9/" + "p" * 2000, "host": "h\ud800", "label": "l\ud800"},
    )  # fmt: skip
    run.finish()
    start = said(run.folder.path)[0]
    assert isinstance(start, Start)
    assert start.info["config"] == {"lr": 0.1}
    assert start.info["notes"].startswith("what ? said") and len(start.info["notes"]) == limits.NOTE_BYTES
    assert (start.info["program"][:6], len(start.info["program"])) == ("caf?/p", limits.KEY_BYTES)
    assert (start.info["host"], start.info["label"]) == ("h?", "l?")


def test_steps_follow_wandbs_rules_and_may_go_back(rows: Rows) -> None:
    run = assay.init(project="p")
    run.log({"a": 1.0})
    run.log({"b": 1.0}, commit=False)
    run.log({"c": 1.0})
    run.log({"a": 2.0}, step=10)
    run.log({"b": 2.0})
    run.log({"a": 3.0}, step=5)
    run.log({"a": 4.0})
    run.log({"a": 5.0}, step=12, commit=True)
    run.log({"a": 6.0})
    assert [step for step, _ in rows(run.folder.path)] == [0, 1, 1, 10, 10, 5, 11, 12, 13]


def test_what_is_no_step_goes_to_the_next_one_and_leaves_the_counting_alone(
    rows: Rows, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    run = assay.init(project="p")
    for step in (None, 2**63 - 1, 2**62, -1, "late", math.inf, None):
        run.log({"a": 1.0}, step=step)  # type: ignore[arg-type]
    assert [step for step, _ in rows(run.folder.path)] == [0, 1, 2, 3, 4, 5, 6]
    assert len([record for record in of(Refused, said(run.folder.path)) if record.key == "_step"]) == 5
    assert capsys.readouterr().err.count(str(limits.STEP_MAX)) == 1


def test_rows_after_the_highest_step_are_kept_at_it_and_that_is_told_once(rows: Rows, capsys: pytest.CaptureFixture[str]) -> None:
    run = assay.init(project="p")
    run.log({"a": 0.0}, step=limits.STEP_MAX - 1)
    for value in range(1, 5):
        run.log({"a": float(value)})
    run.log({"a": 5.0}, commit=False)
    run.log({"a": 6.0}, step=limits.STEP_MAX, commit=True)
    run.log({"a": 7})
    run.log({"a": 8.0}, step=3)
    steps = [step for step, _ in rows(run.folder.path)]
    assert steps == [limits.STEP_MAX - 1, limits.STEP_MAX - 1, *[limits.STEP_MAX] * 6, 3]
    assert [row["a"] for _, row in rows(run.folder.path)] == list(range(9))
    assert capsys.readouterr().err.count("highest step") == 1
    run.finish()
    again = assay.init(project="p", id=run.id, resume="allow")
    again.log({"a": 9.0})
    assert sorted(step for step, _ in rows(run.folder.path))[-7:] == [limits.STEP_MAX] * 7


def test_rows_of_known_and_of_new_keys_are_kept_alike(rows: Rows) -> None:
    run = assay.init(project="p")
    given = [{"a": 1.0, "b": i, "c": i % 2 == 0} for i in range(5)] + [{"b": 1.0, "a": 2}]
    for row in given:
        run.log(row)
    assert [row for _, row in rows(run.folder.path)] == given
    assert all(type(x[k]) is type(y[k]) for x, (_, y) in zip(given, rows(run.folder.path), strict=True) for k in x)


@pytest.mark.parametrize("seed", range(4))
def test_what_looks_like_floats_in_the_journal_is_kept_as_what_it_is(rows: Rows, seed: int) -> None:
    """The short way tells floats by their bytes: rows of every size and mix of kinds, around each step that takes more bytes,
    are what the long way makes of them, which rows with a step always take."""
    chance = random.Random(seed)
    kinds: list[Callable[[], Any]] = [
        lambda: chance.random(), lambda: chance.choice([math.nan, math.inf, -0.0]), lambda: chance.randrange(1 << 63),
        lambda: chance.randrange(300), lambda: chance.random() < 0.5, lambda: "\u02cb" * chance.randrange(6),
        lambda: "sevenby", lambda: None, lambda: [0.5, "\u02cb"], lambda: {"deep": 0.25},
    ]  # fmt: skip
    shapes = [[f"k{n}" for n in range(size)] for size in (1, 2, 10, 15, 16, 203)]
    given: list[tuple[int, dict[str, Any]]] = []
    for start in (0, 120, 248, 65_528):
        for step in range(start, start + 17):
            keys = chance.choice(shapes)
            row: dict[str, Any] = {key: chance.random() for key in chance.sample(keys, len(keys))}
            if chance.random() < 0.5:
                row |= {key: chance.choice(kinds)() for key in chance.sample(keys, min(2, len(keys)))}
            given.append((step, row))
    kept: list[list[tuple[int, str]]] = []
    for is_short in (True, False):
        run = assay.init(project="p", reinit="create_new")
        for step, row in given:
            run.log(row, step=None if is_short and run.step == step else step)
            if is_short and run.step == step:
                run.log({}, step=step, commit=True)
        kept.append([(step, repr(sorted(row.items()))) for step, row in rows(run.folder.path)])
    assert kept[0] == kept[1]
    assert len(kept[0]) > len(given) * 0.9  # a row of one None is none


def test_a_value_that_raises_when_it_is_read_leaves_the_disk_out_of_it(rows: Rows) -> None:
    class Sour:
        @property
        def __dataclass_fields__(self) -> dict[str, Any]:
            raise OSError(5, "not of the disk")

    run = assay.init(project="p")
    first = run.folder.path
    for value in (0.5, Sour(), 1.5):
        run.log({"a": value, "b": 1.0})
    assert run.folder.path == first
    assert [row.get("a") for _, row in rows(first)][::2] == [0.5, 1.5]


def test_threads_that_log_at_once_have_each_step_once_and_every_row(rows: Rows) -> None:
    run = assay.init(project="p")

    def work(name: str) -> None:
        for n in range(300):
            # Every third takes the longer way.
            run.log({name: float(n), "n": n} if n % 3 else {name: {"deep": n}})

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = rows(run.folder.path)
    assert sorted(step for step, _ in kept) == list(range(1_200))
    for name in "abcd":
        mine = [row.get(name, row.get(f"{name}.deep")) for _, row in kept if name in row or f"{name}.deep" in row]
        assert mine == list(range(300))


def test_a_journal_moves_to_another_folder_with_its_shapes_and_its_turn(
    rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = assay.init(project="p")
    run.log({"a": 0.5, "b": 1.5})
    run.log({"b": 2.5, "a": 3.5})
    first = run.folder.path
    refuse = True

    def write(fd: int, data: bytes) -> int:
        if refuse and os.fstat(fd).st_ino == journal.stat().st_ino:
            raise OSError(28, "No space left on device")
        return os.write(fd, data)

    journal = next(iter(RunFolder(first).journals()))
    monkeypatch.setattr("assay.journal.writer._write", write)
    for n in range(3):
        run.log({"a": float(n), "b": 0.5})
    run.log({"c": 1.0})
    run.log({"a": 9.0, "b": 0.5})
    assert run.folder.path != first
    assert [row for _, row in rows(first)] == [{"a": 0.5, "b": 1.5}, {"a": 3.5, "b": 2.5}]
    assert [row for _, row in rows(run.folder.path)] == [
        {"a": 0.0, "b": 0.5}, {"a": 1.0, "b": 0.5}, {"a": 2.0, "b": 0.5}, {"c": 1.0}, {"a": 9.0, "b": 0.5}
    ]  # fmt: skip
    assert run.summary["a"] == 9.0


def test_an_integer_beyond_64_bits_is_refused_by_key_also_under_known_keys(said: Said, rows: Rows) -> None:
    run = assay.init(project="p")
    run.log({"a": 1, "b": 2})
    run.log({"a": 10**400, "b": 3})
    run.log({"a": float("nan"), "b": 1 << 63})
    assert [row for _, row in rows(run.folder.path)][1] == {"b": 3}
    assert [(r.key, r.step) for r in of(Refused, said(run.folder.path))] == [("a", 1), ("b", 2)]
    assert "64 bits" in of(Refused, said(run.folder.path))[0].reason


def test_nested_rows_get_dotted_keys_and_collisions_are_refused(said: Said, rows: Rows) -> None:
    run = assay.init(project="p")
    run.log({"val": {"acc": 0.5, "top": {"5": 0.9}}, "val.acc": 1.0, "": 1, "k" * 1025: 1, 7: 1, "none": None})
    assert rows(run.folder.path) == [(0, {"val.acc": 0.5, "val.top.5": 0.9})]
    assert len(of(Refused, said(run.folder.path))) == 4


def test_a_large_value_becomes_a_file(said: Said, rows: Rows) -> None:
    run = assay.init(project="p")
    run.log({"text": "x" * (5 << 20), "a": 1.0})
    value = rows(run.folder.path)[0][1]["text"]
    assert value["_type"] == "file"
    (file,) = of(File, said(run.folder.path))
    assert file.path == value["path"]
    assert Path(file.source).stat().st_size == value["bytes"]


def test_large_values_never_share_a_file(rows: Rows) -> None:
    run = assay.init(project="p")
    length = limits.VALUE_BYTES + 1
    run.log({"val/text": "a" * length, "val_text": "b" * length}, step=1)
    run.log({"val/text": "c" * length}, step=1)
    run.finish()
    stored = [value for _, row in rows(run.folder.path) for value in row.values()]
    contents = [(run.folder.path / "files" / value["path"]).read_text() for value in stored]
    assert [content[1] for content in contents] == ["a", "b", "c"]


def test_the_summary_is_the_last_value_and_what_is_set_by_hand_wins(said: Said) -> None:
    run = assay.init(project="p")
    run.log({"loss": 2.0, "acc": 0.1})
    run.log({"loss": 1.0})
    assert dict(run.summary) == {"loss": 1.0, "acc": 0.1}
    run.summary["loss"] = 0.5
    run.summary["val"] = {"f1": 0.2}
    run.summary["val"]["f1"] = 0.3
    run.log({"loss": 9.0})
    assert run.summary.loss == 0.5
    assert of(Summary, said(run.folder.path))[-1].set == [(["val", "f1"], 0.3)]
    run.finish()
    assert dict(run.summary)["loss"] == 0.5


def test_a_row_from_before_1970_is_in_the_summary_like_any_other(rows: Rows) -> None:
    run = assay.init(project="p")
    run.log({"a": 1, "_timestamp": -5})
    run.log({"a": 2, "_timestamp": -9})
    assert dict(run.summary) == {"a": 1}
    run.finish()
    assert rows(run.folder.path) == [(0, {"a": 1}), (1, {"a": 2})]


def test_a_clock_that_is_set_back_keeps_no_old_value_in_the_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    run = assay.init(project="p")
    run.log({"loss": 1.0}, step=1)
    monkeypatch.setattr(run_module, "_time", lambda began=time.time(): began - 3600)
    run.log({"loss": 2.0}, step=2)
    run.log({"loss": 3.0}, step=3)
    assert run.summary["loss"] == 3.0


def test_config_is_kept_changed_on_purpose_only_and_masked(said: Said) -> None:
    run = assay.init(project="p", config={"lr": 0.1, "db_password": "hunter2", "max_tokens": 512})
    assert run.config.lr == 0.1
    assert run.config["db_password"] == "[redacted]"
    assert run.config.max_tokens == 512
    with pytest.raises(ConfigChanged, match="allow_val_change"):
        run.config.lr = 0.2
    run.config.update({"lr": 0.2}, allow_val_change=True)
    run.config["depth"] = 3
    run.config.setdefaults({"depth": 4, "width": 5})
    assert [entry for record in of(Config, said(run.folder.path)) for entry in record.set] == [
        (["lr"], 0.2),
        (["depth"], 3),
        (["width"], 5),
    ]


def test_a_nested_value_of_another_kind_is_a_change_and_nan_again_is_none(said: Said) -> None:
    run = assay.init(project="p", config={"opt": {"amsgrad": 1, "clip": float("nan")}})
    run.config.update({"opt": {"amsgrad": 1, "clip": float("nan")}})
    with pytest.raises(ConfigChanged):
        run.config.update({"opt": {"amsgrad": True, "clip": float("nan")}})
    run.config.update({"opt": {"amsgrad": True, "clip": 1.0}}, allow_val_change=True)
    records = of(Config, said(run.folder.path))
    assert [entry for record in records for entry in record.set] == [(["opt"], {"amsgrad": True, "clip": 1.0})]


def test_only_the_wanted_config_keys_are_kept() -> None:
    given = {"a": 1, "b": 2, "c": 3}
    run = assay.init(project="p", config=given, config_exclude_keys=["b"])
    assert run.config.as_dict() == {"a": 1, "c": 3}
    run.finish()
    assert assay.init(project="p", config=given, config_include_keys=["b"]).config.as_dict() == {"b": 2}


def test_definitions_alerts_progress_and_edits_are_kept(said: Said, rows: Rows) -> None:
    run = assay.init(project="p", total_steps=10)
    run.define_metric("epoch")
    run.define_metric("val/*", step_metric="epoch", summary="min,best", goal="minimize", unit="%")
    run.log({"epoch": 3})
    run.log({"val/loss": 1.0})
    run.alert("loss is high", "really", level=assay.AlertLevel.WARN)
    run.alert("loss is high", "again")
    run.progress(4, 8)
    run.name, run.notes, run.tags = "new", "text", ("x",)
    records = said(run.folder.path)
    assert of(Define, records)[1] == Define("val/*", "epoch", True, False, ["min", "best"], "minimize", "%")
    assert rows(run.folder.path)[1][1] == {"val/loss": 1.0, "epoch": 3}
    assert [(a.title, a.level) for a in of(Alert, records)] == [("loss is high", "warn")]
    assert [(p.step, p.total) for p in of(Progress, records)] == [(0, 10), (4, 8)]
    assert [e.set for e in of(Edit, records)] == [{"name": "new"}, {"notes": "text"}, {"tags": ["x"]}]


def test_what_is_no_number_no_time_or_no_name_takes_no_record_with_it(said: Said) -> None:
    run = assay.init(project="p", total_steps=9)
    run.progress("half", 10)  # type: ignore[arg-type]
    run.progress(math.nan)  # type: ignore[arg-type]
    run.progress(2**70, 2**70)
    run.alert(["loss", "is", "high"], "really")  # type: ignore[arg-type]
    run.notes = None  # type: ignore[assignment]
    with pytest.raises(InvalidRequest, match="wait_duration 'soon'"):
        run.alert("again", wait_duration="soon")  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="step_metric 5"):
        run.define_metric("val/*", step_metric=5)  # type: ignore[arg-type]
    records = said(run.folder.path)
    assert [(p.step, p.total) for p in of(Progress, records)] == [(0, 9), (2**63 - 1, 2**63 - 1)]
    assert [r.key for r in of(Refused, records)] == ["progress", "progress"]
    assert [a.title for a in of(Alert, records)] == ["['loss', 'is', 'high']"]
    assert [e.set for e in of(Edit, records)] == [{"notes": ""}]
    assert not of(Define, records)


def test_a_definition_holds_for_what_begins_like_it_whatever_signs_that_are(rows: Rows) -> None:
    run = assay.init(project="p")
    run.define_metric("layer[0]/*", step_metric="epoch")
    run.log({"epoch": 3})
    run.log({"layer[0]/norm": 1.0})
    run.log({"layer0/norm": 2.0})
    assert [row for _, row in rows(run.folder.path)][1:] == [{"layer[0]/norm": 1.0, "epoch": 3}, {"layer0/norm": 2.0}]


def test_a_step_metric_that_cannot_be_kept_is_not_taken_for_the_one_before(rows: Rows, said: Said) -> None:
    run = assay.init(project="p")
    run.define_metric("val/*", step_metric="epoch")
    run.log({"val/acc": 0.5, "epoch": 3})
    run.log({"val/acc": 0.6, "epoch": 2**70})
    run.log({"val/acc": 0.7})
    kept = [{"val/acc": 0.5, "epoch": 3}, {"val/acc": 0.6}, {"val/acc": 0.7, "epoch": 3}]
    assert [row for _, row in rows(run.folder.path)] == kept
    assert [record.key for record in of(Refused, said(run.folder.path))] == ["epoch"]


def test_an_id_too_long_for_a_folder_and_a_folder_that_is_gone_are_told_or_gone_round(
    alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_FALLBACK_DIR", str(alone / "other"))
    with pytest.raises(InvalidName, match="at most 255 bytes"):
        assay.init(project="p", id="é" * 128)
    gone = alone / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    run = assay.init(project="p")
    run.log({"a": 1.0})
    run.finish()
    assert run.folder.path.is_relative_to(alone / "other") and run.folder.journals()


def test_progress_follows_the_steps_where_nothing_else_is_said(said: Said) -> None:
    run = assay.init(project="p", total_steps=4)
    for _ in range(4):
        run.log({"a": 1.0})
    run.finish()
    assert (of(Progress, said(run.folder.path))[-1].step, of(Progress, said(run.folder.path))[-1].total) == (4, 4)


def test_files_are_saved_by_pattern_and_links_out_of_the_folder_are_not(alone: Path, said: Said) -> None:
    (alone / "out").mkdir()
    (alone / "out" / "a.txt").write_text("a")
    (alone / "secret.txt").write_text("s")
    (alone / "out" / "b.txt").symlink_to(alone / "secret.txt")
    run = assay.init(project="p")
    assert run.save("out/*.txt", base_path="out", policy="now") == [str(alone / "out" / "a.txt")]
    (alone / "out" / "a.txt").write_text("changed")
    records = said(run.folder.path)
    (file,) = of(File, records)
    assert (file.path, file.policy) == ("a.txt", "now")
    assert Path(file.source).read_text() == "a"
    assert "link" in of(Refused, records)[0].reason
    run.save("later-*.log", policy="end")
    (alone / "later-1.log").write_text("l")
    Path(run.dir, "mine.txt").write_text("m")
    run.finish()
    assert {f.path for f in of(File, said(run.folder.path))} == {"a.txt", "later-1.log", "mine.txt"}


def test_files_whose_names_are_no_utf_8_are_refused_by_name_or_copied(
    alone: Path, said: Said, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(os.fsdecode(os.fsencode(alone) + b"/\xe9t\xe9"))
    folder.mkdir()
    (folder / "a.txt").write_text("x")
    (alone / os.fsdecode(b"f\xe9.txt")).write_text("y")
    run = assay.init(project="p")
    assert run.save(folder / "a.txt") == run.save("f*.txt") == []
    assert run.save(folder / "a.txt", policy="now") == [str(folder / "a.txt")]
    records = said(run.folder.path)
    assert [record.key for record in of(Refused, records)] == ["file a.txt", "file f?.txt"]
    assert [file.path for file in of(File, records)] == ["a.txt"]
    assert "could not be encoded" not in capsys.readouterr().err


def test_a_folder_is_saved_without_the_journals_of_runs_in_it(alone: Path, said: Said) -> None:
    (alone / "a.txt").write_text("a")
    run = assay.init(project="p")
    (Path(run.dir) / "mine.txt").write_text("m")
    assert run.save(".") == [str(alone / "a.txt")]
    assert run.save(run.dir, policy="end") == [str(Path(run.dir) / "mine.txt")]
    assert [file.path for file in of(File, said(run.folder.path))] == ["a.txt", "files/mine.txt"]


def test_a_name_that_reads_like_a_pattern_is_meant_where_there_is_such_a_file(alone: Path, said: Said) -> None:
    for name in ("lr=[0,1].ckpt", "lr=0.ckpt", "b.txt"):
        (alone / name).write_text(name)
    run = assay.init(project="p")
    assert run.save("lr=[0,1].ckpt") == [str(alone / "lr=[0,1].ckpt")]
    assert run.save(alone / "lr=[0,1].ckpt", policy="now") == [str(alone / "lr=[0,1].ckpt")]
    assert run.save("[ab].txt") == [str(alone / "b.txt")]
    assert {file.path for file in of(File, said(run.folder.path))} == {"lr=[0,1].ckpt", "b.txt"}


def test_what_a_pattern_cannot_keep_is_told_once_and_accents_are_of_one_kind(alone: Path, said: Said) -> None:
    (alone / "x:y.txt").write_text("x")
    (alone / "cafe\u0301.txt").write_text("as macOS writes it")
    (alone / "model.py").write_text("pass")
    (alone / "a:b.py").write_text("pass")
    run = assay.init(project="p")
    run.save("*.txt")
    for _ in range(3):
        run.look_for_files()
    assert run.log_code() == ["code/model.py"]
    run.finish()
    records = said(run.folder.path)
    assert [file.path for file in of(File, records)] == ["caf\u00e9.txt", "code/model.py"]
    assert [refused.key for refused in of(Refused, records)] == ["file x:y.txt", "file code/a:b.py"]


def test_a_context_manager_tells_how_the_script_ended(said: Said) -> None:
    endings = {None: ("finished", 0), ValueError: ("failed", 1), KeyboardInterrupt: ("killed", 130), SystemExit: ("failed", 1)}
    for kind, ending in endings.items():
        with contextlib.suppress(ValueError, KeyboardInterrupt, SystemExit), assay.init(project="p") as run:
            if kind is not None:
                raise kind("stop")
        last = said(run.folder.path)[-1]
        assert isinstance(last, Finish)
        assert (last.state, last.exit_code) == ending
        assert assay.run is None


def test_before_init_every_call_says_what_to_do() -> None:
    assert assay.run is None
    for call in (
        lambda: assay.log({"a": 1}),
        lambda: assay.config.lr,
        lambda: assay.summary["a"],
        lambda: assay.config.update({}),
    ):
        with pytest.raises(NotStarted, match=r"assay\.init\(\)"):
            call()
    assay.finish()


def test_after_finish_nothing_raises_and_nothing_is_kept(said: Said) -> None:
    run = assay.init(project="p")
    run.log({"a": 1.0})
    run.finish()
    run.log({"a": 2.0})
    run.summary["x"] = 1
    run.finish()
    assert isinstance(said(run.folder.path)[-1], Finish)


def test_a_second_init_follows_the_policy() -> None:
    first = assay.init(project="p")
    assert assay.init(project="p") is first
    second = assay.init(project="p", reinit="create_new")
    assert second is not first
    assert first.is_running
    assert assay.run is second
    third = assay.init(project="p", reinit="finish_previous")
    assert not first.is_running
    assert not second.is_running
    assert assay.run is third


def test_ctrl_c_while_a_run_ends_leaves_it_ended_with_its_files(said: Said) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    run = assay.init(project="p")
    Path(run.dir, "notes.txt").write_text("kept")
    run.at_finish(interrupt)
    with pytest.raises(KeyboardInterrupt):
        run.finish()
    records = said(run.folder.path)
    assert [file.path for file in of(File, records)] == ["notes.txt"]
    assert _has_said_its_end(run)
    assert assay.init(project="p") is not run


def test_a_run_that_another_thread_is_ending_is_waited_for_and_not_given_back() -> None:
    run = assay.init(project="p")
    begun, may_end = threading.Event(), threading.Event()
    run.at_finish(begun.set)
    run.at_finish(lambda: may_end.wait(10) and None)
    ending = threading.Thread(target=run.finish)
    ending.start()
    assert begun.wait(10)
    following = assay.init(project="p")
    assert following is not run
    threading.Timer(0.2, may_end.set).start()
    run.finish()
    assert _has_said_its_end(run)
    ending.join()
    assert assay.run is following


def _has_said_its_end(run: assay.Run) -> bool:
    """By the script's own journal, which is the first; whoever reads the machine's metrics has another."""
    with JournalReader(run.folder.journals()[0]) as reader:
        return isinstance([record for _, record, _ in reader.records()][-1], Finish)


@pytest.mark.parametrize("given", [{"mode": "disabled"}, {"distributed": "rank0"}])
def test_a_disabled_run_answers_what_the_script_told_it(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    run = assay.init(project="p", **given)  # type: ignore[arg-type]
    assert run.disabled
    run.log({"loss": 0.5, "val": {"acc": 1}, "odd": object()})
    run.log({"loss": 0.25}, step=7)
    run.log({"loss": 0.125}, commit=True, step=8)
    run.summary["best"] = 0.1
    assert (run.step, run.summary["loss"], run.summary["val.acc"], run.summary["best"]) == (9, 0.125, 1, 0.1)
    assert run.log_checkpoint(__file__, metric="loss").is_draft()
    run.log(3)  # type: ignore[arg-type]
    run.finish()
    run.log({"loss": 9.0})
    assert run.summary["loss"] == 0.125


def test_a_disabled_run_makes_no_file(alone: Path) -> None:
    run = assay.init(project="p", mode="disabled", config={"a": 1})
    run.log({"x": object()})
    run.summary["s"] = 1
    run.save("*")
    assert run.config.a == 1
    assert run.disabled
    assay.finish()
    assert list(alone.iterdir()) == []
    assert assay.run is None


def test_bad_arguments_are_named() -> None:
    with pytest.raises(InvalidName, match="run id"):
        assay.init(id="a/b")
    with pytest.raises(InvalidName, match="project"):
        assay.init(project="a b")
    with pytest.raises(UnknownSetting, match="finish_timeout"):
        assay.Settings(finish_timeot=3)
    with pytest.raises(InvalidRequest, match="mode"):
        assay.init(mode="sideways")
    for folder in ("a\ud800", "a\0b"):
        with pytest.raises(InvalidSetting, match="path of a folder"):
            assay.init(project="p", dir=folder)
    run = assay.init(project="p")
    for call in (lambda: run.save("x", policy="soon"), lambda: run.alert("t", level="loud"), lambda: run.define_metric("a*b")):
        with pytest.raises(InvalidRequest):
            call()


def test_resume_goes_on_after_the_last_durable_row(said: Said, rows: Rows) -> None:
    run = assay.init(project="p", id="r", config={"lr": 0.1})
    for _ in range(3):
        run.log({"a": 1.0})
    run.finish(exit_code=1)
    with pytest.raises(ResumeRefused):
        assay.init(project="p", id="r", resume="never")
    with pytest.raises(ResumeRefused):
        assay.init(project="p", id="other", resume="must")
    again = assay.init(project="p", id="r", resume="must")
    assert (again.step, again.config.as_dict()) == (3, {"lr": 0.1})
    again.log({"a": 2.0})
    assert rows(again.folder.path)[-1] == (3, {"a": 2.0})


@pytest.mark.parametrize("is_sealed", [False, True])
def test_resume_finds_the_last_row_before_whatever_was_printed_since(is_sealed: bool) -> None:
    first = assay.init(project="p", id="talker", mode="offline")
    first.log({"a": 1}, step=41)
    for _ in range(300):
        first.write(Console("stdout", [0.0], ["x" * 1_000], "", []))
    first.finish()
    silent = assay.init(project="p", id="talker", resume="allow", mode="offline")
    silent.write(Console("stdout", [0.0], ["x" * 100_000], "", []))
    silent.finish()
    if is_sealed:
        seal_ended(first.folder)
    assert assay.init(project="p", id="talker", resume="allow", mode="offline").step == 42


@pytest.mark.parametrize("resume", ["must", "never"])
def test_without_the_server_that_must_be_asked_nothing_is_said_to_be_kept(alone: Path, resume: str) -> None:
    with pytest.raises(ServerUnreachable) as caught:
        assay.init(project="p", id="r", resume=resume, settings={"base_url": "http://127.0.0.1:1", "api_key": "k"})
    said = str(caught.value)
    assert said.count("Cannot reach") == 1 and "safe" not in said and "no run was started" in said
    assert not list(alone.rglob("*.journal"))


def test_runs_of_one_id_in_two_projects_have_a_folder_each(said: Said) -> None:
    first = assay.init(project="p", id="r", config={"lr": 0.1})
    first.log({"a": 1.0})
    first.finish(exit_code=1)
    second = assay.init(project="q", id="r", resume="never")
    second.log({"b": 2.0})
    second.finish(exit_code=1)
    assert [run.folder.path.name for run in (first, second)] == ["r", "r@q"]
    assert [start.project for run in (first, second) for start in of(Start, said(run.folder.path))] == ["p", "q"]
    again = assay.init(project="q", id="r", resume="allow")
    assert (again.folder.path, again.step, again.config.as_dict()) == (second.folder.path, 1, {})
    again.finish(exit_code=1)
    auto = assay.init(project="q", resume="auto")
    assert (auto.id, auto.folder.path) == ("r", second.folder.path)
    auto.finish()
    assert assay.init(project="p", id="r").folder.path == first.folder.path


def test_auto_resumes_the_last_crashed_run_and_no_finished_one() -> None:
    crashed = assay.init(project="p", id="crashed")
    crashed.log({"a": 1.0})
    crashed.finish(exit_code=1)
    assay.init(project="p", id="done").finish()
    assay.init(project="other", id="elsewhere").finish(exit_code=1)
    again = assay.init(project="p", resume="auto")
    assert (again.id, again.step) == ("crashed", 1)
    again.finish()
    assert assay.init(project="p", resume="auto").id not in {"crashed", "done", "elsewhere"}


def test_two_writers_of_one_run_have_journals_of_their_own_and_one_is_primary(said: Said) -> None:
    first = assay.init(project="p", id="r")
    second = assay.init(project="p", id="r", reinit="create_new")
    first.log({"a": 1.0})
    second.log({"a": 2.0})
    starts = of(Start, said(first.folder.path))
    assert [start.is_primary for start in starts] == [True, False]
    assert starts[0].writer != starts[1].writer


def test_ranks_do_what_distributed_says(monkeypatch: pytest.MonkeyPatch, said: Said) -> None:
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "job-7")
    runs = {}
    for rank in (0, 1):
        monkeypatch.setenv("RANK", str(rank))
        runs[rank] = assay.init(project="p", distributed="shared", reinit="create_new")
    assert runs[0].id == runs[1].id
    starts = of(Start, said(runs[0].folder.path))
    assert [(s.is_primary, s.label) for s in starts] == [(True, "rank 0"), (False, "rank 1")]
    assert [(s.info["rank"], s.info["world_size"]) for s in starts] == [(0, 4), (1, 4)]
    assert assay.init(project="p", distributed="rank0", reinit="create_new").disabled
    every = assay.init(project="p", distributed="all", reinit="create_new")
    assert every.group.startswith("torchrun-")
    assert every.id != runs[1].id


def test_unwritable_folder_is_told_and_the_run_goes_on_elsewhere(
    alone: Path, capsys: pytest.CaptureFixture[str], rows: Rows
) -> None:
    (alone / ".assay").write_text("in the way")
    run = assay.init(project="p")
    run.log({"a": 1.0})
    assert rows(run.folder.path) == [(0, {"a": 1.0})]
    assert alone not in run.folder.path.parents
    assert "Cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("is_folder", [False, True])
def test_credentials_that_cannot_be_read_are_told_and_the_run_goes_on(
    is_known: bool, is_folder: bool, rows: Rows, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = credentials.path()
    path.parent.mkdir(parents=True)
    path.mkdir() if is_folder else path.write_text("not = toml = at all")
    if is_known:
        monkeypatch.setenv("ASSAY_BASE_URL", "http://127.0.0.1:1")
    with pytest.raises(CredentialsUnusable):
        assay.init(project="p", force=True)
    run = assay.init(project="p")
    try:
        run.log({"a": 1.0})
        assert run.offline is not is_known
        assert rows(run.folder.path) == [(0, {"a": 1.0})]
    finally:
        kill_senders(run.folder.path)  # it waits for keys that can be read
    told = [line for line in capsys.readouterr().err.splitlines() if "This run goes on" in line]
    assert len(told) == 1 and str(path) in told[0] and "assay login" in told[0]


@pytest.fixture
def locked(alone: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let nobody look at what lies in a folder, as if it were another user's: root may look anywhere."""

    def lock(folder: Path, *, is_listed: bool = False) -> None:
        for name in ("stat", "lstat"):
            monkeypatch.setattr(os, name, guarded(getattr(os, name), str(folder) + os.sep))
        for name in () if is_listed else ("scandir", "open"):
            monkeypatch.setattr(os, name, guarded(getattr(os, name), str(folder)))

    def guarded(ask: Callable[..., Any], begin: str) -> Callable[..., Any]:
        def asked(path: Any = ".", *others: Any, **named: Any) -> Any:
            if str(path).startswith(begin):
                raise PermissionError(13, "Permission denied", str(path))
            return ask(path, *others, **named)

        return asked

    return lock


def test_a_working_folder_in_another_users_folder_ends_no_training(
    alone: Path, tmp_path: Path, locked: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_FALLBACK_DIR", str(tmp_path / "other"))
    locked(alone)
    run = assay.init(resume="auto")
    run.log({"a": 1})
    assert run.folder.path.is_relative_to(tmp_path / "other")


def test_runs_of_another_user_in_the_working_folder_are_none_of_ours(
    alone: Path, tmp_path: Path, locked: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    assay.init(project="p", id="theirs").finish()
    monkeypatch.setenv("ASSAY_FALLBACK_DIR", str(tmp_path / "other"))
    locked(alone / ".assay")
    assert assay.init(project="p", resume="auto").id != "theirs"
    assert assay.attach("theirs").folder.path.is_relative_to(tmp_path / "other")


def test_a_saved_folder_is_kept_without_what_cannot_be_looked_at(alone: Path, said: Said, locked: Callable[..., None]) -> None:
    for name in ("saved/mine.py", "saved/theirs/secret.py"):
        (alone / name).parent.mkdir(parents=True, exist_ok=True)
        (alone / name).write_text("x")
    locked(alone / "saved" / "theirs", is_listed=True)
    run = assay.init(project="p")
    assert run.save("saved") == [str(alone / "saved" / "mine.py")]
    assert run.log_code("saved") == ["code/mine.py"]
    run.finish()
    assert {file.path for file in of(File, said(run.folder.path))} == {"saved/mine.py", "code/mine.py"}


def test_without_its_working_folder_a_run_saves_what_lies_elsewhere(
    tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "model.py").write_text("x")
    run = assay.init(project="p")
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert run.save(tmp_path / "model.py") == [str(tmp_path / "model.py")]
    assert run.save("model.py", policy="end") == []
    with pytest.raises(InvalidRequest, match="not a folder"):
        run.log_code()
    assay.attach(run.id).finish()
    monkeypatch.chdir(tmp_path)
    run.finish()
    assert [file.path for file in of(File, said(run.folder.path))] == ["model.py"]


def test_a_change_that_is_refused_takes_no_room_of_the_config(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CONFIG_BYTES", 1_000)
    run = assay.init(project="sizes", mode="offline", config={"model": "small"})
    with pytest.raises(ConfigChanged):
        run.config.update({"model": "x" * 900})
    run.config["note"] = "y" * 500
    assert run.config["note"] == "y" * 500
