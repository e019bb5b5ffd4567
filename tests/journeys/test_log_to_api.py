"""One number's way and back: `log()` in a script, the sender, a real server, `assay.Api` and `assay run`."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pyarrow.parquet
import pytest

from assay.client.http import Connection
from assay.sdk.query import Api, Run
from assay.testing.servers import RunningServer
from assay.wire.errors import InvalidRequest, NotFound
from tests.infra.faulty_proxy import Fault, FaultyProxy

SOURCE = Path(__file__).resolve().parents[2] / "src"

SCRIPT = """
import math, assay
for number in range(3):
    run = assay.init(project="journey", id=f"r{number}", name=f"run {number}",
                     config={"lr": 10.0 ** -number, "opt": {"name": "adam"}},
                     tags=["even" if number % 2 == 0 else "odd"], settings=assay.Settings(silent=True))
    for step in range(1200):
        run.log({"loss": 1 / (step + 1) + number, "count": step} | ({"rare": step // 171} if step % 171 == 170 else {}))
    run.log({"loss": math.nan, "note": "the end", "best": {"epoch": 7}, "grads": assay.Histogram([1, 2, 3], num_bins=2)})
    print("a line of", run.id)
    with open("notes.txt", "w") as out:
        out.write("kept " * 1000)
    run.save("notes.txt", policy="now")
    with open("n" * 255, "w") as out:
        out.write("a name as long as file systems take")
    run.save("n" * 255, policy="now")
    with open("re\u0301sume\u0301", "w") as out:
        out.write("accents of their own")
    run.save("re\u0301sume\u0301", policy="now")
    run.finish()
"""


def environment_of(server: RunningServer, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "ASSAY_BASE_URL": server.url,
            "ASSAY_API_KEY": server.key, "PYTHONPATH": str(SOURCE), "ASSAY_MONITOR_S": "1"}  # fmt: skip


@pytest.fixture(scope="module")
def trained(shared_server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> RunningServer:
    home = tmp_path_factory.mktemp("journey")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=home,
        env=environment_of(shared_server, home),
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return shared_server


@pytest.fixture
def api(trained: RunningServer) -> Api:
    return Api({"base_url": trained.url, "project": "journey"}, api_key=trained.key)


@pytest.fixture
def run(api: Api) -> Run:
    return api.run("r1")


def test_every_row_comes_back_exactly(run: Run) -> None:
    rows = list(run.scan_history(page_size=500))
    assert [row["_step"] for row in rows] == list(range(1201))
    assert [row["loss"] for row in rows[:-1]] == [1 / (step + 1) + 1 for step in range(1200)]
    assert math.isnan(rows[-1]["loss"])
    assert rows[-1]["note"] == "the end"
    assert rows[-1]["grads"] == {"_type": "histogram", "values": [1, 2], "bins": [1.0, 2.0, 3.0]}
    assert all(row["_timestamp"] > 0 and row["_runtime"] >= -1 for row in rows)


def test_a_scan_takes_keys_and_a_window_of_steps(run: Run) -> None:
    assert [row["count"] for row in run.scan_history(keys=["count"], min_step=10, max_step=13)] == [10, 11, 12]
    assert [row["_step"] for row in run.scan_history(keys=["loss", "note"])] == [1200]


def test_history_is_a_sample_or_everything_in_the_frame_asked_for(run: Run) -> None:
    sample = run.history(samples=100, keys=["loss"])
    assert 50 < len(sample) <= 100
    assert sample["_step"].iloc[0] == 0
    assert sample["_step"].iloc[-1] == 1200
    assert run.history(samples=0, format="arrow").num_rows == 1201
    assert run.history(samples=0, format="polars").height == 1201
    assert len(run.history(samples=0, pandas=False)) == 1201


def test_the_keys_of_every_row_may_be_asked_for(run: Run) -> None:
    rows = list(run.scan_history(keys=["_step"], min_step=1198))
    assert [row["_step"] for row in rows] == [1198, 1199, 1200]
    assert set(rows[0]) == {"_step", "_timestamp", "_runtime"}
    assert len(list(run.scan_history(keys=["note", "_timestamp"]))) == 1
    assert list(run.history(keys=["_step"]).columns) == ["_step", "_timestamp", "_runtime"]
    assert [row["_step"] for row in run.history(samples=1, pandas=False)] == [1200]
    for frame in (
        run.history(samples=0, keys=["note", "none"], format="arrow"),
        run.history(keys=["note", "none"], format="arrow"),
    ):
        assert set(frame.column_names) == {"note", "none", "_step", "_timestamp", "_runtime"}
    assert run.history(samples=0, x_axis="note", format="arrow").num_rows == 1
    assert [row["rare"] for row in run.history(samples=20, x_axis="rare", pandas=False)] == list(range(7))
    assert len(run.history(samples=5, keys=["loss"], x_axis="rare")) == 5
    for ask in (run.history, lambda keys: list(run.scan_history(keys=keys))):
        with pytest.raises(InvalidRequest, match="list of names"):
            ask(keys="loss")


def test_config_summary_and_the_rest_are_there(run: Run) -> None:
    assert run.config == {"lr": 0.1, "opt": {"name": "adam"}}
    assert run.summary["count"] == 1199
    assert math.isnan(run.summary["loss"])
    assert run.summary["note"] == "the end"
    assert (run.name, run.tags, run.state, run.exit_code) == ("run 1", ["odd"], "finished", 0)
    assert "a line of r1" in run.console()
    assert run.history_keys == ["best.epoch", "count", "grads", "loss", "note", "rare"]


def test_several_fetch_a_file_of_a_run_to_the_same_place(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, errors = threading.Barrier(4), []
    stream = Connection.stream

    def waiting(connection: Connection, *given: Any, **named: Any) -> Any:
        at_once.wait(60)  # all have seen that nothing of it is there
        return stream(connection, *given, **named)

    def fetch() -> None:
        try:
            file.download(tmp_path, replace=True).close()
        except BaseException as error:
            errors.append(error)

    file = run.file("notes.txt")
    threads = [threading.Thread(target=fetch) for _ in range(4)]
    with monkeypatch.context() as patched:
        patched.setattr(Connection, "stream", waiting)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == "kept " * 1000


def test_files_come_down_as_they_went_up(run: Run, tmp_path: Path) -> None:
    with run.file("notes.txt").download(tmp_path) as content:
        assert content.read() == "kept " * 1000
    with run.file("n" * 255).download(tmp_path) as content:
        assert content.read() == "a name as long as file systems take"
    with run.file("re\u0301sume\u0301").download(tmp_path) as content:
        assert content.read() == "accents of their own"
    assert [file.size for file in run.files(["re\u0301sume\u0301"])] == [20]
    with pytest.raises(NotFound):
        run.file("nothing.txt")


def test_a_script_brings_a_file_of_another_run_back(trained: RunningServer, api: Api, tmp_path: Path) -> None:
    path = "/".join(api.run("r1").path)
    done = subprocess.run(
        [sys.executable, "-c", f"import assay; print(len(assay.restore('notes.txt', {path!r}).read()))"],
        cwd=tmp_path,
        env=environment_of(trained, tmp_path),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "5000"
    assert (tmp_path / "notes.txt").read_text() == "kept " * 1000


def test_runs_are_found_filtered_ordered_and_sliced(api: Api) -> None:
    assert [run.id for run in api.runs(order="+created_at", per_page=2)] == ["r0", "r1", "r2"]
    assert [run.id for run in api.runs(filters={"config.lr": {"$lt": 0.5}}, order="-created_at")] == ["r2", "r1"]
    assert [run.id for run in api.runs(filters={"tags": "even", "state": "finished"})] == ["r0", "r2"]
    assert [run.id for run in api.runs(filters="config.lr < 0.05")] == ["r2"]
    for run in api.runs():
        assert [one.id for one in api.runs(filters={"display_name": run.name})] == [run.id]
        assert [one.id for one in api.runs(filters={"$or": [{"displayName": {"$in": [run.name]}}]})] == [run.id]
        assert [one.id for one in api.runs(filters={"name": run.id})] == [run.id]
    for part in (slice(None, 0, -1), slice(2, 0, -1), slice(-1, None, -1), slice(None, -1), slice(1, 9, 2)):
        assert [run.id for run in api.runs(per_page=1)[part]] == ["r0", "r1", "r2"][part]
    found = api.runs(per_page=1)
    assert len(found) == 3
    assert found[0].id == "r0"
    assert [run.id for run in found[1:]] == ["r1", "r2"]
    assert [project.name for project in api.projects()] == ["journey"]


def test_many_runs_come_back_as_one_arrow_table(api: Api) -> None:
    table = api.history(api.runs(), ["loss"])
    assert table.num_rows == 3 * 1201
    assert table.column("run").to_pylist()[::1201] == ["r0", "r1", "r2"]


@pytest.mark.parametrize("fault", ["refuse", "lose_reply", "tear_reply", "503"])
def test_a_line_that_is_lost_in_the_middle_ends_no_read(trained: RunningServer, tmp_path: Path, fault: Fault) -> None:
    with FaultyProxy(trained.url) as proxy:
        api = Api({"base_url": proxy.url, "project": "journey"}, timeout=60.0, api_key=trained.key)
        run, file = api.run("r1"), api.run("r1").file("notes.txt")
        for part, read in {
            "/history": lambda: run.history(samples=0, format="arrow").num_rows == 1201,
            "/r2/history": lambda: api.history(["r1", "r2"], ["loss"]).num_rows == 2 * 1201,
            "/blobs/": lambda: file.download(tmp_path).read() == "kept " * 1000,
        }.items():
            proxy.matches = lambda line, part=part: part in line
            proxy.plan.append(fault)
            assert read()
            assert not proxy.plan, part


def test_changes_made_here_are_on_the_server(api: Api) -> None:
    run = api.run("r2")
    run.config["lr"], run.config["opt"]["name"] = 5, "sgd"
    run.tags.append("reviewed")
    run.notes = "Good."
    run.summary["verdict"], run.summary["bound"] = "ship", -math.inf
    run.update()
    again = api.run("r2")
    assert again.summary["bound"] == -math.inf
    assert again.config == {"lr": 5, "opt": {"name": "sgd"}}
    assert (again.tags, again.notes, again.summary["verdict"]) == (["even", "reviewed"], "Good.", "ship")


def shell(server: RunningServer, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assay", *arguments]
    return subprocess.run(command, env=environment_of(server, home), capture_output=True, text=True, cwd=home, timeout=120)


def test_an_edit_of_a_values_kind_and_of_numpy_values_is_kept(api: Api) -> None:
    numpy = pytest.importorskip("numpy")
    run = api.run("r1")
    run.config["flags"] = {"amsgrad": 1, "sizes": [0, 1], "width": numpy.float32(0.5)}
    run.summary["ok"] = 1
    run.update()
    run.config["flags"].update(amsgrad=True, sizes=numpy.array([False, True]))
    run.summary["ok"] = True
    run.update()
    again = api.run("r1")
    assert again.config["flags"]["amsgrad"] is True
    assert again.config["flags"] == {"amsgrad": True, "sizes": [False, True], "width": 0.5}
    assert type(again.config["flags"]["sizes"][1]) is bool
    assert again.summary["ok"] is True
    again.summary["bad"] = object()
    with pytest.raises(InvalidRequest, match=r"summary\.bad cannot be kept"):
        again.update()
    again.load().config.pop("flags")
    again.update()


def test_the_terminal_reads_the_same(trained: RunningServer, api: Api, tmp_path: Path) -> None:
    entity = api.default_entity

    def assay(*arguments: str) -> str:
        done = shell(trained, tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    listed = json.loads(assay("run", "ls", f"{entity}/journey", "--order", "created_at", "--json"))
    assert [one["id"] for one in listed] == ["r0", "r1", "r2"]
    assert json.loads(assay("run", "show", f"{entity}/journey/r0", "--json"))["state"] == "finished"
    assert "run 0" in assay("run", "show", f"{entity}/journey/r0")
    lines = assay("run", "export", f"{entity}/journey/r0", "--format", "jsonl").splitlines()
    assert json.loads(lines[3])["count"] == 3
    assert json.loads(lines[-1])["loss"] == "NaN"
    table = list(csv.DictReader(assay("run", "export", f"{entity}/journey/r0", "--keys", "loss,count").splitlines()))
    assert len(table) in {1200, 1201}
    assert float(table[9]["loss"]) == 0.1
    table = list(csv.DictReader(assay("run", "export", f"{entity}/journey/r0").splitlines()))
    assert set(table[0]) == {"_step", "_timestamp", "_runtime", "best.epoch", "count", "grads", "loss", "note", "rare"}
    assert (table[1200]["note"], table[1200]["loss"], table[1200]["count"]) == ("the end", "nan", "")
    assert json.loads(table[1200]["grads"])["values"] == [1, 2]
    system = list(csv.DictReader(assay("run", "export", f"{entity}/journey/r0", "--stream", "system").splitlines()))
    assert all(key.startswith(("_", "system.")) for row in system for key in row)
    out = tmp_path / "history.parquet"
    assay("run", "export", f"{entity}/journey/r0", "--format", "parquet", "--out", str(out))
    assert pyarrow.parquet.read_table(out).num_rows == 1201


def test_an_exported_table_has_a_column_for_all_that_was_logged_and_of_the_stream_asked_for(
    trained: RunningServer, api: Api, tmp_path: Path
) -> None:
    script = """
import assay, time
run = assay.init(project="journey-export", id="r", settings=assay.Settings(silent=True))
for step in range(3):
    run.log({"loss": step, "note": f"at {step}", "_own": 7, "shape": [step, 2], "=sum": -step, "odd": "=1+1"})
time.sleep(2.5)
run.finish()
"""
    subprocess.run([sys.executable, "-c", script], env=environment_of(trained, tmp_path), check=True, cwd=tmp_path)
    path = f"{api.default_entity}/journey-export/r"

    def table(*arguments: str) -> list[dict[str, str]]:
        return list(csv.DictReader(shell(trained, tmp_path, "run", "export", path, *arguments).stdout.splitlines()))

    kept = {"loss": "1", "note": "at 1", "_own": "7", "shape": "[1, 2]", "'=sum": "-1", "odd": "'=1+1"}
    rows = table()
    assert len(rows) == 3
    assert {key: value for key, value in rows[1].items() if key not in ("_step", "_timestamp", "_runtime")} == kept
    assert [row["_own"] for row in table("--keys", "_own,loss")] == ["7"] * 3
    system = table("--stream", "system")
    assert system and system[0]["system.memory_percent"] and "loss" not in system[0]
    jsonl = shell(trained, tmp_path, "run", "export", path, "--format", "jsonl").stdout.splitlines()
    assert [(row["=sum"], row["odd"]) for row in map(json.loads, jsonl)] == [(0, "=1+1"), (-1, "=1+1"), (-2, "=1+1")]
    assert api.run(path).history_keys == ["=sum", "_own", "loss", "note", "odd", "shape"]


def test_an_export_that_cannot_be_written_says_so_and_replaces_no_link_and_no_device(
    trained: RunningServer, api: Api, tmp_path: Path
) -> None:
    path = f"{api.default_entity}/journey/r0"
    for out, format_ in (("missing/rows.csv", "csv"), ("missing/rows.parquet", "parquet"), (".", "json")):
        done = shell(trained, tmp_path, "run", "export", path, "--out", out, "--format", format_)
        assert done.returncode == 2
        assert done.stderr.startswith(f"Error: {out} cannot be written")
    (tmp_path / "link.csv").symlink_to("rows.csv")
    shell(trained, tmp_path, "run", "export", path, "--out", "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 1202
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", str(tmp_path / "pipe")], stdout=subprocess.PIPE, text=True)
    shell(trained, tmp_path, "run", "export", path, "--out", "pipe")
    assert (tmp_path / "pipe").is_fifo()
    assert len(reader.communicate(timeout=60)[0].splitlines()) == 1202


def test_what_a_command_answers_as_json_is_json(trained: RunningServer, api: Api, tmp_path: Path) -> None:
    script = """
import math, assay
assay.init(project="journey-json", id="r", config={"a": math.nan}, settings=assay.Settings(silent=True)).finish()
"""
    subprocess.run([sys.executable, "-c", script], env=environment_of(trained, tmp_path), check=True, cwd=tmp_path)
    project = f"{api.default_entity}/journey-json"
    shown = shell(trained, tmp_path, "run", "show", f"{project}/r", "--json").stdout
    listed = shell(trained, tmp_path, "run", "ls", project, "--json").stdout
    for text in (shown, listed):
        assert '"config": {"a": "NaN"}' in text


def test_what_others_wrote_moves_nothing_in_the_terminal(trained: RunningServer, api: Api, tmp_path: Path) -> None:
    script = """
import assay
run = assay.init(project="journey-escapes", id="r", config={"a\\x1b[2J": 1}, settings=assay.Settings(silent=True))
run.notes = "one \\x1b]0;title\\x07\\rthree\\nfour"
run.finish()
"""
    subprocess.run([sys.executable, "-c", script], env=environment_of(trained, tmp_path), check=True, cwd=tmp_path)
    path = f"{api.default_entity}/journey-escapes/r"
    # A pseudo-terminal, because what goes into a pipe loses its escapes anyway.
    reader, writer = os.openpty()
    command = [sys.executable, "-m", "assay", "run", "show", path]
    subprocess.run(command, env=environment_of(trained, tmp_path), stdout=writer, cwd=tmp_path, timeout=120, check=True)
    os.close(writer)
    shown = os.read(reader, 1 << 16).decode().replace("\r\n", "\n")
    os.close(reader)
    assert not set(shown) & {"\x1b", "\x07", "\r"}
    assert "one \\x1b]0;title\\x07\\x0dthree\nfour" in shown
    assert "a\\x1b[2J = 1" in shown


def test_letters_that_the_terminal_lacks_end_no_command_and_change_no_export(
    trained: RunningServer, api: Api, tmp_path: Path
) -> None:
    script = """
import assay
with assay.init(project="journey-letters", id="r", name="名前", settings=assay.Settings(silent=True)) as run:
    run.log({"note": "größer → 名"})
"""
    subprocess.run([sys.executable, "-c", script], env=environment_of(trained, tmp_path), check=True, cwd=tmp_path)
    project = f"{api.default_entity}/journey-letters"

    def latin(*arguments: str) -> bytes:
        environment = {**environment_of(trained, tmp_path), "PYTHONIOENCODING": "latin-1"}
        command = [sys.executable, "-m", "assay", *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert rb"\u540d\u524d" in latin("run", "ls", project)
    assert rb"\u2192" in latin("run", "cp", f"{project}/r", f"{project}-2")
    for format_ in ("csv", "jsonl"):
        found = latin("run", "export", f"{project}/r", "--format", format_).decode()
        assert "größer → 名" in (found if format_ == "csv" else json.loads(found)["note"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full is Linux's")
def test_an_answer_for_which_there_is_no_room_is_one_line_and_no_traceback(
    trained: RunningServer, api: Api, tmp_path: Path
) -> None:
    for command in (["run", "ls", "journey"], ["run", "export", "journey/r0"], ["run", "show", "journey/r0", "--json"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "assay", *command], env=environment_of(trained, tmp_path), cwd=tmp_path, stdout=full,
                stderr=subprocess.PIPE, text=True, timeout=120,
            )  # fmt: skip
        assert (done.returncode, done.stderr) == (
            8,
            "Error: what this command writes cannot be kept (No space left on device)\n",
        )


def test_a_folder_that_cannot_be_used_is_one_line_and_no_traceback(trained: RunningServer, tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where the folder of the keys should be")
    done = shell(trained, tmp_path, "login", trained.url)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Error: {tmp_path / 'config'}") and "Traceback" not in done.stderr


def test_numbers_that_json_has_no_form_for_are_numbers_whichever_way_they_come(
    trained: RunningServer, api: Api, tmp_path: Path
) -> None:
    script = """
import math, assay
config = {"a": math.nan, "deep": {"b": -math.inf}, "texts": ["NaN", r"\\Infinity"]}
run = assay.init(project="journey-odd", id="sdk", config=config, settings=assay.Settings(silent=True))
artifact = assay.Artifact("odd", "model", metadata={"loss": math.nan, "bound": [math.inf]})
run.log_artifact(artifact).wait()
run.finish()
"""
    subprocess.run([sys.executable, "-c", script], env=environment_of(trained, tmp_path), check=True, cwd=tmp_path)
    path = f"/api/v1/projects/{api.default_entity}/journey-odd/runs"

    def ask(method: str, address: str, body: object) -> object:
        request = urllib.request.Request(
            trained.url + address, json.dumps(body).encode(), method=method,
            headers={"Authorization": f"Bearer {trained.key}", "Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    ask(
        "PUT",
        f"{path}/json",
        {"writer": "w", "config": {"a": "NaN", "deep": {"b": "-Infinity"}, "texts": [r"\NaN", r"\\Infinity"]}},
    )
    rows = [{"step": 0, "values": {"x": "Infinity", "y": 1.5}}]
    batch = {"writer": "w", "rows": rows, "config": {"c": "NaN"}, "summary": {"s": "-Infinity"}}
    ask("POST", f"{path}/json/batches", batch)
    for _ in range(2):
        ask("PATCH", f"{path}/json", {"config": {"a": "NaN"}})
    for name in ("sdk", "json"):
        config = api.run(f"journey-odd/{name}").config
        assert math.isnan(config["a"])
        assert config["deep"] == {"b": -math.inf}
        assert config["texts"] == ["NaN", r"\Infinity"]
        run = api.run(f"journey-odd/{name}")
        run.config["typed"] = "Infinity"
        run.update()
        assert api.run(f"journey-odd/{name}").config == {**config, "typed": "Infinity"} | {"a": ANY}
    run = api.run("journey-odd/json")
    assert math.isnan(run.config["c"])
    assert (run.summary["s"], run.summary["x"]) == (-math.inf, math.inf)
    assert [row["x"] for row in run.scan_history(keys=["x"])] == [math.inf]
    with urllib.request.urlopen(
        urllib.request.Request(f"{trained.url}{path}/json/config-history", headers={"Authorization": f"Bearer {trained.key}"})
    ) as answer:
        assert [(change["path"], change["value"]) for change in json.load(answer)] == [("c", "NaN"), ("typed", r"\Infinity")]
    metadata = api.artifact("journey-odd/odd:latest").metadata
    assert metadata == {"loss": "NaN", "bound": ["Infinity"]}


def test_whole_numbers_that_no_double_holds_do_not_end_a_read(trained: RunningServer, api: Api, tmp_path: Path) -> None:
    script = """
import assay
run = assay.init(project="journey-large", id="large", settings=assay.Settings(silent=True))
for value in (0.5, 2**60 + 1):
    run.log({"n": value})
run.finish()
"""
    environment = environment_of(trained, tmp_path)
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, cwd=tmp_path)
    run = api.run("journey-large/large")
    assert [row["n"] for row in run.scan_history()] == [0.5, 2**60 + 1]
    assert run.history(samples=0, format="arrow").column("n").to_pylist() == [0.5, float(2**60 + 1)]
    assert api.history([run, api.run("journey/r0")], ["n", "note"]).column("n").to_pylist()[:2] == [0.5, float(2**60 + 1)]


def test_a_deleted_run_is_gone_from_lists(trained: RunningServer, api: Api, tmp_path: Path) -> None:
    script = "import assay\nrun = assay.init(project='journey', id='gone')\nrun.log({'a': 1})\nrun.finish()"
    environment = environment_of(trained, tmp_path)
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, cwd=tmp_path)
    api.run("gone").delete()
    assert "gone" not in [run.id for run in api.runs()]
