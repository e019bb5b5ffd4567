"""Real processes that are killed, that split, that end in every way: every row that log() returned from is in the journal."""

from __future__ import annotations

import json
import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.wire.records import Console, Finish, Record, Start

Script = Callable[..., "subprocess.Popen[str]"]
Journals = Callable[[], dict[Path, list[Record]]]
Values = Callable[[list[Record]], list[dict[str, Any]]]
Kill = Callable[["subprocess.Popen[str]"], None]
WATCHDOG_S = 60

LOGGING = """
import assay, sys
run = assay.init(project="p")
i = 0
while True:
    run.log({"i": i, "x": i / 2})
    sys.stdout.write(f"{i}\\n"); sys.stdout.flush()
    i += 1
"""


def ended(records: list[Record]) -> tuple[str, int] | None:
    last = records[-1]
    return (last.state, last.exit_code) if isinstance(last, Finish) else None


@pytest.mark.parametrize("seed", range(8))
def test_kill_9_right_after_log_loses_no_row(script: Script, journals: Journals, values: Values, kill: Kill, seed: int) -> None:
    process = script(LOGGING, ASSAY_CONSOLE="off")
    assert process.stdout is not None
    for _ in range(random.Random(seed).randrange(1, 300)):
        returned = int(process.stdout.readline())
    kill(process)
    rest = process.stdout.read().splitlines()
    returned = int(rest[-1]) if rest and rest[-1].isdigit() else returned
    (records,) = journals().values()
    rows = values(records)
    assert [row["i"] for row in rows[: returned + 1]] == list(range(returned + 1))
    assert len(rows) <= returned + 2
    assert ended(records) is None


@pytest.mark.parametrize(
    ("ending", "code", "state"),
    [
        ("", 0, ("finished", 0)),
        ("run.finish()", 0, ("finished", 0)),
        ("run.finish(exit_code=3)", 0, ("failed", 3)),
        ("raise ValueError('boom')", 1, ("failed", 1)),
        ("raise KeyboardInterrupt", -signal.SIGINT, ("killed", 130)),
        ("run.at_finish(lambda: exec('1')); raise KeyboardInterrupt", -signal.SIGINT, ("killed", 130)),
        ("import sys; sys.exit(4)", 4, ("failed", 4)),
        ("import sys; sys.exit('message')", 1, ("failed", 1)),
        ("import sys; sys.exit(not False)", 1, ("failed", 1)),
        ("import sys; sys.exit(not True)", 0, ("finished", 0)),
        ("exit(4)", 4, ("failed", 4)),
        ("quit()", 0, ("finished", 0)),
        ("import sys; sys.excepthook = lambda *_: None; raise ValueError('boom')", 1, ("failed", 1)),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGTERM); __import__('time').sleep(30)",
            -signal.SIGTERM,
            ("killed", 143),
        ),
        ("run.mark_preempting(); import os; os.kill(os.getpid(), 15); __import__('time').sleep(30)", -15, ("preempted", 143)),
        (
            "import os, time; run.at_finish(lambda: time.sleep(1)); os.kill(os.getpid(), 15); time.sleep(0.2)",
            -signal.SIGTERM,
            ("killed", 143),
        ),
        (
            "import os, time; run.at_finish(lambda: os.kill(os.getpid(), 2) or time.sleep(9)); raise KeyboardInterrupt",
            -signal.SIGINT,
            ("killed", 130),
        ),
        ("import os; os._exit(5)", 5, None),
        ("import threading, sys; t = threading.Thread(target=sys.exit, args=(9,)); t.start(); t.join()", 0, ("finished", 0)),
    ],
)
def test_the_journal_says_how_the_script_ended_and_its_exit_code_is_its_own(
    script: Script, journals: Journals, values: Values, ending: str, code: int, state: tuple[str, int] | None
) -> None:
    process = script(f"import assay\nrun = assay.init(project='p')\nrun.log({{'a': 1}})\n{ending}\n")
    process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == code
    (records,) = journals().values()
    assert ended(records) == state
    assert values(records) == [{"a": 1}]


def test_ctrl_c_inside_init_ends_the_run(script: Script, journals: Journals) -> None:
    process = script(
        "import assay\n"
        "from assay.sdk.keeper import Keeper\n"
        "def start_and_interrupt(keeper, start=Keeper.start):\n"
        "    start(keeper)\n"
        "    raise KeyboardInterrupt\n"
        "Keeper.start = start_and_interrupt\n"
        "assay.init(project='p')\n"
    )
    process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == -signal.SIGINT
    (records,) = journals().values()
    assert ended(records) == ("killed", 130)


def test_a_traceback_is_among_the_last_lines_of_the_console(script: Script, journals: Journals) -> None:
    process = script("import assay\nassay.init(project='p')\nprint('hello')\nraise ValueError('boom')\n")
    process.communicate(timeout=WATCHDOG_S)
    (records,) = journals().values()
    lines = [line for record in records if isinstance(record, Console) for line in record.lines]
    assert "hello" in lines
    assert "ValueError: boom" in lines


@pytest.mark.parametrize("mode", ["wrap", "redirect"])
def test_output_of_c_and_of_subprocesses_is_kept_by_redirect(script: Script, journals: Journals, mode: str) -> None:
    code = (
        "import assay, subprocess, os\nassay.init(project='p')\nos.write(1, b'from c\\n')\nsubprocess.run(['echo', 'from sub'])\n"
    )
    process = script(code, ASSAY_CONSOLE=mode)
    out, _ = process.communicate(timeout=WATCHDOG_S)
    assert out == "from c\nfrom sub\n"
    (records,) = journals().values()
    lines = [line for record in records if isinstance(record, Console) and record.stream == "stdout" for line in record.lines]
    assert lines == (["from c", "from sub"] if mode == "redirect" else [])


SHAPES = {
    "fork_then_log_in_both": """
import os
for i in range(5): run.log({"i": i})
pid = os.fork()
for i in range(5, 10): run.log({"i": i})
if pid == 0: os._exit(0)
os.waitpid(pid, 0)
""",
    "fork_and_exit_normally": """
import os, sys
for i in range(10): run.log({"i": i})
if os.fork() == 0: sys.exit(7)
os.wait()
""",
    "fork_while_threads_log": """
import os, threading
stop = threading.Event()
def work():
    while not stop.is_set(): run.log({"noise": 1.0})
threads = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in threads]
for _ in range(10):
    if os.fork() == 0:
        run.log({"lost": 1}); print("from the child"); os._exit(0)
    os.wait()
stop.set(); [t.join() for t in threads]
for i in range(10): run.log({"i": i})
""",
    "pool_of_forked_workers": """
import multiprocessing as m
for _ in range(60):
    with m.get_context("fork").Pool(2) as pool: pool.map(abs, range(20))
for i in range(10): run.log({"i": i})
""",
    "threads": """
import threading
lock = threading.Lock(); numbers = iter(range(10))
def work():
    while True:
        with lock: i = next(numbers, None)
        if i is None: return
        run.log({"i": i})
threads = [threading.Thread(target=work) for _ in range(64)]
[t.start() for t in threads]; [t.join() for t in threads]
""",
    "asyncio": """
import asyncio
async def one(i): await asyncio.sleep(0); run.log({"i": i})
async def all_(): await asyncio.gather(*(one(i) for i in range(10)))
asyncio.run(all_())
""",
    "signal_handler_logs": """
import signal
interrupts = 0
def interrupt(*_):
    global interrupts
    interrupts += 1
    run.log({"interrupt": interrupts} if interrupts % 2 else {"interrupt": interrupts, "text": "not a number"})
signal.signal(signal.SIGALRM, interrupt)
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.000_37)
noise = 0
while interrupts < 2000:
    noise += 1
    run.log({"noise": noise, "x": 0.5})
signal.setitimer(signal.ITIMER_REAL, 0)
for i in range(10): run.log({"i": i})
print("noise", noise, "interrupts", interrupts)
""",
    "logging_from_a_finalizer": """
import gc
class Last:
    def __init__(self): self.me = self  # found by the collector alone, which comes inside log() as anywhere
    def __del__(self): run.log({"deleted": 1.0})
gc.set_threshold(20)
for n in range(3000):
    Last(); run.log({"noise": float(n), "x": 0.5})
gc.collect()
for i in range(10): run.log({"i": i})
""",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_process_may_split_and_thread_as_it_likes(script: Script, journals: Journals, values: Values, shape: str) -> None:
    process = script(f"import assay\nrun = assay.init(project='p', id='r')\n{SHAPES[shape]}")
    _, told = process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == 0, told
    (records,) = journals().values()
    rows = values(records)
    assert sorted(row["i"] for row in rows if "i" in row) == list(range(10))
    assert not any("lost" in row for row in rows)
    assert ended(records) == ("finished", 0)


INTERRUPTED = """
import assay, signal, sys
run = assay.init(project="p", id="r")
kind, returned, interrupts, noise, armed = sys.argv[1], [], 0, 0, False

class Stop(TimeoutError): pass

def interrupt(*_):
    global armed, interrupts
    interrupts += 1
    if kind == "raises":
        if armed:
            armed = False
            raise Stop
        return
    number = interrupts
    run.log({"interrupt": number} if number % 2 else {"interrupt": number, "text": "not a number"})
    returned.append(("interrupt", number))

def work():
    global noise
    while interrupts < 3000:
        noise += 1
        keys = ("noise", "x", f"k{noise % 500}") if noise % 50 == 0 else ("noise", "x")
        run.log(dict.fromkeys(keys, 0.5) | {"noise": noise})
        returned.append(("noise", noise))

signal.signal(signal.SIGALRM, interrupt)
while interrupts < 3000:
    try:
        armed = True
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.000_37)
        work()
    except Stop:
        pass
armed = False
signal.setitimer(signal.ITIMER_REAL, 0)
import json
open("returned.json", "w").write(json.dumps(returned))
run.finish()
"""


@pytest.mark.parametrize("kind", ["logs", "raises"])
def test_an_interrupt_at_any_moment_damages_nothing_and_loses_no_row_that_was_logged(
    script: Script, journals: Journals, values: Values, tmp_path: Path, kind: str
) -> None:
    process = script(f"import sys; sys.argv = ['', {kind!r}]\n{INTERRUPTED}")
    _, told = process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == 0, told
    (records,) = journals().values()
    found = [(name, row[name]) for row in values(records) for name in ("noise", "interrupt") if name in row]
    returned = [tuple(one) for one in json.loads((tmp_path / "returned.json").read_text())]
    assert len(found) == len(set(found))
    assert set(returned) <= set(found)
    assert ended(records) == ("finished", 0)


def test_a_forked_child_attaches_as_a_writer_of_its_own(script: Script, journals: Journals, values: Values) -> None:
    code = """
import assay, os
run = assay.init(project="p", id="r")
run.log({"who": "parent"})
if os.fork() == 0:
    mine = assay.attach()
    assert mine.id == "r" and assay.run is mine
    mine.log({"who": "child"}); mine.finish()
    os._exit(0)
os.wait()
run.log({"who": "parent"})
"""
    process = script(code)
    _, told = process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == 0, told
    found = journals()
    assert [[row["who"] for row in values(records)] for records in found.values()] == [["parent", "parent"], ["child"]]
    assert [record.is_primary for records in found.values() for record in records if isinstance(record, Start)] == [True, False]


@pytest.mark.parametrize("console", ["wrap", "redirect"])
def test_what_an_attached_child_prints_is_kept_once(script: Script, journals: Journals, console: str) -> None:
    code = """
import assay, os, warnings
warnings.simplefilter("ignore")  # newer Pythons warn of a fork beside threads
run = assay.init(project="p", id="r")
print("of the parent", flush=True)
if os.fork() == 0:
    mine = assay.attach()
    print("of the child", flush=True)
    mine.finish()
    os._exit(0)
os.wait()
"""
    printed, _ = script(code, ASSAY_CONSOLE=console, ASSAY_SILENT="1").communicate(timeout=WATCHDOG_S)
    assert printed.splitlines() == ["of the parent", "of the child"]
    records = [record for records in journals().values() for record in records if isinstance(record, Console)]
    assert [line for record in records for line in record.lines] == ["of the parent", "of the child"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_of_multiprocessing_have_runs_of_their_own(
    script: Script, journals: Journals, tmp_path: Path, method: str
) -> None:
    (tmp_path / "job.py").write_text(
        "import assay\ndef work(n):\n    run = assay.init(project='p', group='g')\n    run.log({'n': n})\n    # no finish()\n"
    )
    code = f"""
import multiprocessing as m, job
if __name__ == "__main__":
    context = m.get_context("{method}")
    jobs = [context.Process(target=job.work, args=(n,)) for n in range(2)]
    [j.start() for j in jobs]; [j.join() for j in jobs]
    assert [j.exitcode for j in jobs] == [0, 0]
"""
    process = script(code)
    _, told = process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == 0, told
    assert [ended(records) for records in journals().values()] == [("finished", 0)] * 2


def test_eight_processes_write_one_run_at_once_and_lose_nothing(script: Script, journals: Journals, values: Values) -> None:
    code = """
import assay, sys
run = assay.init(project="p", id="shared")
for i in range(200): run.log({"i": i})
"""
    processes = [script(code) for _ in range(8)]
    for process in processes:
        _, told = process.communicate(timeout=WATCHDOG_S)
        assert process.returncode == 0, told
    # The machine's readings have a journal of their own, where a slow start left time for one.
    found = {path: records for path, records in journals().items() if any("i" in row for row in values(records))}
    assert len(found) == 8
    assert all([row["i"] for row in values(records)] == list(range(200)) for records in found.values())
    assert len({path.parent for path in found}) == 1


def test_import_assay_as_wandb_runs_an_unchanged_script(
    script: Script, journals: Journals, values: Values, tmp_path: Path
) -> None:
    (tmp_path / "extra.txt").write_text("x")
    code = """
import assay as wandb
assert wandb.run is None
wandb.login()
wandb.setup()
run = wandb.init(project="p", entity="e", name="n", notes="x", tags=["t"], config={"lr": 0.1}, group="g", job_type="train",
                 mode="offline", reinit=True, resume="allow", id="abc", anonymous="never", force=False,
                 settings=wandb.Settings(start_method="thread", silent=True, _disable_stats=True))
assert wandb.run is run and run.id == "abc" and run.name == "n" and run.project == "p" and run.entity == "e"
assert wandb.config.lr == 0.1 and run.config["lr"] == 0.1
wandb.config.update({"bs": 32}); wandb.config["seed"] = 1
wandb.define_metric("val/*", step_metric="epoch", summary="min")
wandb.log({"epoch": 0, "loss": 1.0}); wandb.log({"val/loss": 2.0}, commit=False); wandb.log({"acc": 0.5})
wandb.log({"loss": 0.5}, step=7)
assert wandb.summary["loss"] == 0.5
wandb.summary["best"] = 0.4; wandb.run.summary.update({"f1": 1.0})
wandb.alert(title="t", text="x", level=wandb.AlertLevel.WARN, wait_duration=60)
wandb.save("extra.txt", policy="now")
assert run.step == 7 and run.dir and run.tags == ("t",) and run.url is None and not run.resumed and run.offline
wandb.finish()
assert wandb.run is None
wandb.teardown()
try: wandb.log({"a": 1})
except wandb.Error as error: assert "init()" in str(error)
else: raise AssertionError
"""
    process = script(code)
    _, told = process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == 0, told
    (records,) = journals().values()
    assert values(records)[-1] == {"loss": 0.5}
    assert ended(records) == ("finished", 0)


def test_import_is_light(script: Script) -> None:
    heavy = ["httpx", "psutil", "click", "numpy", "asyncio", "subprocess", "pynvml", "importlib.metadata", "multiprocessing"]
    process = script(f"import assay, sys; print([m for m in {heavy} if m in sys.modules])")
    out, told = process.communicate(timeout=WATCHDOG_S)
    assert out.strip() == "[]", told


def test_a_forked_child_that_logs_without_a_run_is_told_how_to_have_one(script: Script) -> None:
    code = """
import assay, os
assay.init(project="p")
if os.fork() == 0:
    try: assay.log({"a": 1})
    except Exception as error: print(error, flush=True)
    os._exit(0)
os.wait()
"""
    out, _ = script(code).communicate(timeout=WATCHDOG_S)
    assert "Call assay.init() before assay.log()." in out and "assay.attach()" in out


def test_a_process_of_its_own_attaches_to_the_run_by_its_id_whatever_its_project(script: Script) -> None:
    code = """
import assay, subprocess, sys
earlier = assay.init(project="elsewhere", entity="team", id="r")
earlier.finish()
run = assay.init(project="p", id="r", entity="team")
run.log({"who": "parent"})
child = "import assay; run = assay.attach('r'); print(run.entity, run.project); run.log({'who': 'child'}); run.finish()"
subprocess.run([sys.executable, "-c", child], check=True)
"""
    process = script(code, ASSAY_PROJECT="another")
    out, told = process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == 0, told
    assert out == "team p\n"


def test_a_forked_child_that_logs_to_the_run_of_its_parent_is_told_that_nothing_is_kept(script: Script) -> None:
    code = """
import assay, os
run = assay.init(project="p", id="r")
for make in (lambda: run.log({"a": 1}), lambda: run.config.update({"a": 1}), lambda: run.summary.update({"a": 1})):
    if os.fork() == 0:
        make(); make()
        os._exit(0)
    os.wait()
run.log({"a": 2})
"""
    process = script(code)
    _, told = process.communicate(timeout=WATCHDOG_S)
    assert process.returncode == 0
    assert told.count("in a forked process is not kept. To write to run r there: run = assay.attach()") == 3


def test_a_fork_warns_of_no_process_that_is_not_the_childs(script: Script) -> None:
    code = """
import assay, os
run = assay.init(project="p")
if os.fork() == 0:
    import gc; gc.collect()
    os._exit(0)
os.wait()
"""
    nobody = {"ASSAY_BASE_URL": "http://127.0.0.1:9", "ASSAY_API_KEY": "asy_" + "x" * 36, "ASSAY_FINISH_TIMEOUT": "1"}
    _, told = script(code, PYTHONWARNINGS="always::ResourceWarning", **nobody).communicate(timeout=WATCHDOG_S)
    assert "is still running" not in told


def test_a_deleted_folder_is_put_back_with_every_row(
    script: Script, journals: Journals, values: Values, tmp_path: Path, until: Callable[[Callable[[], bool]], None]
) -> None:
    code = """
import assay, sys
run = assay.init(project="p", id="r")
for i in range(50): run.log({"i": i})
print("logged", flush=True); sys.stdin.readline()
for i in range(50, 100): run.log({"i": i})
"""
    process = script(code, ASSAY_FLUSH_INTERVAL="0.05", ASSAY_CONSOLE="off")
    assert process.stdout is not None
    process.stdout.readline()
    import shutil

    shutil.rmtree(tmp_path / ".assay")
    until(lambda: bool(list((tmp_path / ".assay" / "r").glob("*.journal"))) if (tmp_path / ".assay" / "r").exists() else False)
    process.communicate("\n", timeout=WATCHDOG_S)
    (records,) = journals().values()
    assert [row["i"] for row in values(records)] == list(range(100))


def test_nobody_else_can_read_what_a_run_writes(script: Script, tmp_path: Path) -> None:
    process = script("import assay, os\nos.umask(0)\nassay.init(project='p', id='r').log({'a': 1})\nprint('x')")
    process.communicate(timeout=WATCHDOG_S)
    made = [tmp_path / ".assay", *(tmp_path / ".assay").rglob("*")]
    assert len(made) > 3
    assert [path for path in made[1:] if path.stat().st_mode & 0o077] == []
