from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.journal.frames import Head
from assay.journal.reader import JournalReader
from assay.journal.writer import JournalWriter
from assay.sync import monitor
from assay.sync.monitor import Monitor, Sampler, Watched
from assay.sync.sources.nvidia import Nvidia
from assay.sync.sources.processes import ProcessTree
from assay.wire.records import Row, Shape


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(lambda: [os.getpid()], str(tmp_path))


def eventually(true: Callable[[], object], deadline_s: float = 30) -> None:
    give_up_at = time.monotonic() + deadline_s
    while not true():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


class Steady:
    name = "steady"

    def __init__(self, watched: Watched) -> None:
        pass

    def probe(self) -> bool:
        return True

    def sample(self) -> dict[str, float]:
        return {"steady": 1}


class Broken(Steady):
    name = "broken"

    def sample(self) -> dict[str, float]:
        raise OSError("the driver is gone")


class Unusable(Steady):
    def __init__(self, watched: Watched) -> None:
        raise RuntimeError("no such hardware")


def test_this_machine_is_read_under_the_names_people_know(watched: Watched) -> None:
    readings = Sampler(watched, monitor.built_in()).sample()
    for key in ("cpu", "cpu.0.cpu_percent", "memory_percent", "proc.memory.rssMB", "proc.cpu.threads", "proc.memory.availableMB",
                "network.sent", "network.recv"):  # fmt: skip
        assert key in readings
    assert any(key.startswith("disk.") and key.endswith(".usagePercent") for key in readings)
    assert all(isinstance(value, float) for value in readings.values())
    assert 0 < readings["memory_percent"] < 100
    assert readings["proc.memory.rssMB"] > 1


def test_the_processes_of_the_run_are_the_script_and_all_it_started(watched: Watched) -> None:
    before = ProcessTree(watched)
    before.probe()
    alone = before.sample()["proc.count"]
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as child:
        assert before.sample()["proc.count"] == alone + 1
        child.communicate(b"")


def test_work_of_the_run_shows_as_its_share_of_the_machine(watched: Watched) -> None:
    tree = ProcessTree(watched)
    tree.probe()
    began = time.process_time()
    while time.process_time() - began < 0.2:
        pass
    assert tree.sample()["cpu"] > 0


def test_a_source_that_fails_three_times_is_left_out_and_the_others_go_on(watched: Watched) -> None:
    sampler = Sampler(watched, [Unusable, Broken, Steady])
    assert [source.name for source in sampler.sources] == ["broken", "steady"]
    for _ in range(3):
        assert sampler.sample() == {"steady": 1.0}
    assert [source.name for source in sampler.sources] == ["steady"]


def test_a_vendor_adds_a_source_by_an_entry_point(watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vendor_chip.py").write_text(
        "class Chip:\n    name = 'chip'\n    def __init__(self, watched): pass\n    def probe(self): return True\n"
        "    def sample(self): return {'chip.0.busy': 42}\n"
    )
    info = tmp_path / "vendor_chip-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: vendor-chip\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[assay.monitors]\nchip = vendor_chip:Chip\nbroken = vendor_chip:Missing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert Sampler(watched, monitor.plugged_in()).sample() == {"chip.0.busy": 42.0}


@pytest.mark.parametrize(("label", "key"), [("", "steady"), ("node-2", "steady/l:node-2")])
def test_samples_are_rows_of_the_system_channel_with_time_as_their_step(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, label: str, key: str
) -> None:
    monkeypatch.setattr(monitor, "built_in", lambda: [Steady])
    monkeypatch.setattr(monitor, "plugged_in", list)
    path = tmp_path / "s0000001.journal"
    writer = JournalWriter.create(path, Head("s0000001", "r"))
    running = Monitor(writer, watched, interval_s=1.0, label=label)
    running.start()
    eventually(lambda: writer.next_seq >= 3)
    running.close()
    writer.close()
    with JournalReader(path) as reader:
        found = [record for _, record, _ in reader.records()]
    assert found[0] == Shape(0, [key], "system")
    rows = [record for record in found if isinstance(record, Row)]
    assert all(row.step == int(row.time * 1000) and row.values == [1.0] for row in rows)
    assert len(rows) >= 2


NVML = r"""
#define X __attribute__((visibility("default")))
typedef struct {unsigned gpu, memory;} Util;
typedef struct {unsigned long long total, free, used;} Mem;
typedef struct {unsigned pid; unsigned long long used; unsigned gi, ci;} Proc;
static unsigned cards = 2;
X int nvmlInit_v2(void){return 0;} X int nvmlInitWithFlags(unsigned f){return 0;} X int nvmlShutdown(void){return 0;}
X int nvmlDeviceGetCount_v2(unsigned *n){*n = cards; return 0;}
X int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **d){*d = (void*)(unsigned long)(i + 1); return 0;}
X int nvmlDeviceGetUtilizationRates(void *d, Util *u){u->gpu = 70 + (unsigned)(unsigned long)d; u->memory = 30; return 0;}
X int nvmlDeviceGetMemoryInfo(void *d, Mem *m){m->total = 1000; m->used = 250; m->free = 750; return 0;}
X int nvmlDeviceGetTemperature(void *d, int s, unsigned *t){*t = 55; return 0;}
X int nvmlDeviceGetPowerUsage(void *d, unsigned *p){*p = 150000; return 0;}
X int nvmlDeviceGetEnforcedPowerLimit(void *d, unsigned *p){*p = 300000; return 0;}
X int nvmlDeviceGetClockInfo(void *d, int c, unsigned *m){*m = c == 1 ? 1410 : 1593; return 0;}
X int nvmlDeviceGetFanSpeed(void *d, unsigned *s){return 3;}
X int nvmlDeviceGetComputeRunningProcesses_v3(void *d, unsigned *n, Proc *p){
  if ((unsigned long)d != 2) {*n = 0; return 0;}
  if (*n < 1) {*n = 1; return 7;}
  *n = 1; p->pid = MY_PID; p->used = 200; p->gi = p->ci = 0; return 0;}
X const char *nvmlErrorString(int r){return "error";}
"""


def test_nvidia_cards_are_read_through_the_vendors_own_library(tmp_path: Path, watched: Watched) -> None:
    """The unmodified binding loads a library made here in place of the driver's; it lacks a fan and the rest."""
    import shutil

    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("No C compiler. Install it: apt-get install gcc")
    (tmp_path / "nvml.c").write_text(
        NVML.replace("MY_PID", "(unsigned)getppid()").replace("#define X", "int getppid(void);\n#define X")
    )
    library = tmp_path / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(tmp_path / "nvml.c")], check=True)
    code = (
        "import os, json; from assay.sync.monitor import Watched; from assay.sync.sources.nvidia import Nvidia\n"
        f"n = Nvidia(Watched(lambda: [os.getppid()], {str(tmp_path)!r})); print(json.dumps([n.probe(), n.sample()]))"
    )
    environment = {**os.environ, "LD_LIBRARY_PATH": str(tmp_path)}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout
    import json

    is_there, readings = json.loads(out)
    assert is_there is True
    assert {key: value for key, value in readings.items() if key.startswith("gpu.0.")} == {
        "gpu.0.gpu": 71, "gpu.0.memory": 30, "gpu.0.memoryAllocated": 25.0, "gpu.0.memoryAllocatedBytes": 250, "gpu.0.temp": 55,
        "gpu.0.powerWatts": 150.0, "gpu.0.enforcedPowerLimitWatts": 300.0, "gpu.0.powerPercent": 50.0, "gpu.0.smClock": 1410,
        "gpu.0.memoryClock": 1593,
    }  # fmt: skip
    assert not any(key.startswith("gpu.process.0.") for key in readings)
    assert readings["gpu.process.1.gpu"] == 72
    assert readings["gpu.process.1.memoryAllocatedBytes"] == 200


def test_a_machine_without_nvidia_is_no_trouble(watched: Watched, tmp_path: Path) -> None:
    code = (
        "import os; from assay.sync.monitor import Watched; from assay.sync.sources.nvidia import Nvidia\n"
        "import pynvml; pynvml.nvmlInit = lambda: (_ for _ in ()).throw(pynvml.NVMLError_LibraryNotFound())\n"
        f"print(Nvidia(Watched(lambda: [os.getpid()], {str(tmp_path)!r})).probe())"
    )
    out = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "False"
    assert Nvidia(watched).name == "nvidia"
