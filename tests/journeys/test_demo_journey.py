"""From a fresh clone to the pixels: `make demo` as a person types it, its link opened in Chromium, one logged number followed
from `log()` to the place on the canvas where its line has to be, curves that grow while the model trains, and Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx
import msgspec
import pytest
from playwright.sync_api import Page, sync_playwright

from assay.wire.batch import unpack_column
from assay.wire.messages.series import HistoryPage

T = TypeVar("T")
SET_UP_S = 420  # a fresh .venv and a web build on a busy machine
STEP_S = 120
LINK = re.compile(r"http://127\.0\.0\.1:\d+/\S+#link=\S+")

# For each (step, value): how many pixels near its place on the "loss" chart have the run's colour. Ranges and pixels are read in
# one go, because the chart goes on growing.
COLOURED = """([title, run, points, reach]) => {
  const panel = [...document.querySelectorAll('.line-panel')].find(p => p.querySelector('.title')?.textContent === title)
  const chart = panel?.querySelector('.chart')
  const canvas = chart?.querySelector('canvas.chart-lines')
  const stroke = document.querySelector(`[data-run="${run}"] .run-sw line`)
  if (!chart?.dataset.x || !canvas || !stroke) return null
  const [x0, x1] = chart.dataset.x.split(' ').map(Number)
  const [y0, y1] = chart.dataset.y.split(' ').map(Number)
  const plot = chart.querySelector('.u-over').getBoundingClientRect()
  const box = canvas.getBoundingClientRect()
  const fine = canvas.width / box.width
  const probe = document.createElement('canvas').getContext('2d')
  probe.fillStyle = getComputedStyle(stroke).stroke
  probe.fillRect(0, 0, 1, 1)
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data
  const ctx = canvas.getContext('2d')
  const counts = points.map(([step, value]) => {
    const left = (plot.left - box.left + ((step - x0) / (x1 - x0)) * plot.width) * fine
    const top = (plot.top - box.top + (1 - (value - y0) / (y1 - y0)) * plot.height) * fine
    const size = Math.ceil(2 * reach * fine)
    const data = ctx.getImageData(Math.round(left - reach * fine), Math.round(top - reach * fine), size, size).data
    let count = 0
    for (let i = 0; i < data.length; i += 4) {
      const isNear = Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 60
      if (data[i + 3] > 100 && isNear) count++
    }
    return count
  })
  return { counts, last: x1, colour: [r, g, b] }
}"""


def eventually(what: str, ask: Callable[[], T], within_s: float = STEP_S) -> T:
    """The first true answer of `ask`."""
    deadline = time.monotonic() + within_s
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"{what} did not happen within {within_s:g} s; last answer: {answer!r}"
        time.sleep(0.1)
    return answer


class Demo:
    """`make demo` in a folder, in a process group of its own: what a terminal does."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.log = folder.parent / f"demo-{time.monotonic_ns()}.log"
        # Nothing of this test run's own environment: no .venv on PATH, no PYTHONPATH, nobody's server.
        dropped = ("ASSAY_", "WANDB_", "PYTHON", "VIRTUAL_ENV", "PYTEST", "UV_", "COVERAGE")
        environ = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        own = {str(Path(sys.executable).parent), str(Path(sys.executable).resolve().parent)}
        environ["PATH"] = os.pathsep.join(part for part in environ["PATH"].split(os.pathsep) if part not in own)
        with self.log.open("wb") as out:
            command = ["make", f"PYTHON={base_python()}", "demo"]
            self.process = subprocess.Popen(
                command, cwd=folder, env={**environ, **settings}, stdout=out, stderr=out, start_new_session=True
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    @property
    def link(self) -> str:
        def ask() -> str:
            assert self.process.poll() is None, self.output
            found = LINK.search(self.output)
            return found[0] if found else ""

        return eventually("make demo's link", ask, SET_UP_S)

    def press_ctrl_c(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(90)


def base_python() -> str:
    """The interpreter behind this virtual environment: a person's own Python."""
    for name in (f"python{sys.version_info.major}.{sys.version_info.minor}", "python3"):
        candidate = Path(sys.base_prefix) / "bin" / name
        if candidate.exists():
            return str(candidate)
    return sys.executable


@pytest.fixture(scope="module")
def clone(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A git clone of the working tree: what is committed, and over it what is not yet."""
    folder = tmp_path_factory.mktemp("fresh") / "assay"
    git = shutil.which("git") or pytest.skip("No git found. Install it: apt-get install git")
    subprocess.run([git, "clone", "--quiet", "--depth", "1", repository.as_uri(), str(folder)], check=True)
    listed = subprocess.run([git, "ls-files", "-mo", "--exclude-standard", "-z"], cwd=repository, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (repository / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(repository / name, folder / name)
    return folder


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(STEP_S * 1_000)
        yield page
        browser.close()


class Reader:
    """Asks the demo's server what it has, with the key it left for this user."""

    def __init__(self, folder: Path) -> None:
        note = json.loads((folder / ".demo" / "server.json").read_text())
        self.http = httpx.Client(base_url=note["url"], headers={"Authorization": f"Bearer {note['key']}"}, timeout=STEP_S)
        self.pid = int(note["pid"])
        entity = self.http.get("/api/v1/me").json()["default_entity"]
        self.project = f"/api/v1/projects/{entity}/digits"

    def runs(self) -> list[dict[str, Any]]:
        answer = self.http.post(f"{self.project}/runs/query", json={"sort": [{"key": "created_at"}], "columns": ["*"]})
        answer.raise_for_status()
        runs: list[dict[str, Any]] = answer.json()["runs"]
        return runs

    def losses(self, run: str) -> dict[int, float]:
        """Step → loss, as logged."""
        answer = self.http.post(
            f"{self.project}/runs/{run}/history", json={"keys": ["loss"]}, headers={"Accept": "application/x-msgpack"}
        )
        answer.raise_for_status()
        history = msgspec.msgpack.decode(answer.content, type=HistoryPage)
        steps = unpack_column("i", history.steps)
        if not steps:
            return {}
        (column,) = history.columns
        assert column.kind == "f"
        return dict(zip(steps, unpack_column("f", column.data), strict=True))


def coloured(page: Page, run: str, points: list[tuple[int, float]], reach_px: float = 2.5) -> dict[str, Any] | None:
    found: dict[str, Any] | None = page.evaluate(COLOURED, ["loss", run, points, reach_px])
    return found


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_a_number_goes_from_a_fresh_clone_to_the_pixels_of_its_chart(clone: Path, page: Page) -> None:
    demo = Demo(clone, ASSAY_DEMO_SECONDS="60", ASSAY_DEMO_RUNS="2")
    try:
        page.goto(demo.link)
        reader = Reader(clone)
        (run,) = eventually("the first run", reader.runs)
        run_id = run["id"]
        logged = eventually("thirty rows of it", lambda: rows if len(rows := reader.losses(run_id)) >= 30 else None)

        # Every number logged so far lies under the line that is drawn for it, to a pixel or two.
        points = [(step, logged[step]) for step in sorted(logged)[::3]]

        def all_drawn() -> dict[str, Any] | None:
            found = coloured(page, run_id, points)
            return found if found and all(found["counts"]) else None

        first = eventually("the chart with all of them", all_drawn)
        # The check can fail: where nothing was logged, there is no line.
        high = max(logged.values())
        step = min((step for step in logged if logged[step] < high / 2), default=max(logged))
        beside = coloured(page, run_id, [(step, (logged[step] + high) / 2)], reach_px=1)
        assert beside is None or beside["counts"] == [0] or logged[step] > high / 2, (step, logged[step], high)

        # The curves grow while it trains, without a touch of the page.
        def has_grown() -> bool:
            rows = reader.losses(run_id)
            newest = max(rows)
            found = coloured(page, run_id, [(newest - 5, rows[newest - 5])])
            return bool(found and found["last"] > first["last"] + 20 and all(found["counts"]))

        eventually("more of the line", has_grown)

        # Around the numbers: config, console and machine are there too.
        eventually("the second run", lambda: len(reader.runs()) == 2)
        config = reader.runs()[0]["config"]
        assert config["solver"] == "sgd" and config["dataset"]["name"] == "digits"
        eventually("both names in the list", lambda: page.get_by_text("sgd 0.1, 32", exact=True).count() > 0)
        lines = reader.http.get(f"{reader.project}/runs/{run_id}/console").json()["lines"]
        assert any("validation accuracy" in line["text"] for line in lines)
        columns = reader.http.get(f"{reader.project}/columns", params={"section": "system"}).json()["columns"]
        assert columns, "no system metrics"
    finally:
        demo.press_ctrl_c()
    assert "Stopped. The data stays in .demo/" in demo.output, demo.output
    assert "Traceback" not in demo.output
    none_is_left(clone)

    # The second start has nothing to set up, and what was logged is still there.
    again = Demo(clone, ASSAY_DEMO_SECONDS="2", ASSAY_DEMO_RUNS="1")
    try:
        page.goto(again.link)
        assert "Setting up" not in again.output
        reader = Reader(clone)
        assert run_id in {run["id"] for run in reader.runs()}
        kept = reader.losses(run_id)
        assert kept.items() >= logged.items()
        eventually("the old line on the new page", lambda: (f := coloured(page, run_id, points)) and sum(map(bool, f["counts"])))
    finally:
        again.press_ctrl_c()
    none_is_left(clone)


def none_is_left(folder: Path, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while left := processes_of(folder):
        assert time.monotonic() < deadline, "\n".join([*left, *map(last_lines, folder.glob(".demo/.assay/*/sync.log"))])
        time.sleep(0.1)


def last_lines(log: Path) -> str:
    return f"{log}:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-10:])


def processes_of(folder: Path) -> list[str]:
    """Command lines of processes that were started from `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*") if Path("/proc/self").exists() else []:
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in command:
            found.append(command)
    return found
