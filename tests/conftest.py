"""What every test may rely on: the rule about skips, the browser, object stores, a door to knock at."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest

from assay.testing.servers import RunningServer
from tests.infra import object_stores
from tests.infra.object_stores import RunningStore
from tests.infra.storms import SHARE, STORM_TIMEOUT_S, Storm, add_line

# How long an example takes says something of the machine, nothing of the code.
hypothesis.settings.register_profile("assay", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("assay")
NO_SKIP = os.environ.get("ASSAY_TEST_NO_SKIP") == "1"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


# Tests of these folders start servers and browsers or share something costly: one worker each, and first, as they take longest.
TOGETHER = ("journeys", "faults", "packaging", "docs")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def folder(item: pytest.Item) -> str:
        return next((part for part in item.path.parts[len(Path(__file__).parts) - 1 :] if part in TOGETHER), "")

    for item in items:
        # A module's fixtures start servers and train models: split over workers they would be made twice, and run out of order.
        item.add_marker(pytest.mark.xdist_group(folder(item) or str(item.path)))
        if SHARE and "storm" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(STORM_TIMEOUT_S))
    items.sort(key=lambda item: TOGETHER.index(name) if (name := folder(item)) else len(TOGETHER))


def _as_failure(longrepr: object) -> str:
    reason = longrepr[2] if isinstance(longrepr, tuple) else longrepr
    return f"{reason}\nThis test was skipped, and ASSAY_TEST_NO_SKIP=1 makes that a failure: install what it needs."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed (in CI), a skipped test is a hole nobody sees; there it fails."""
    report = yield
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.longrepr = _as_failure(report.longrepr)
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for whole modules."""
    report = yield
    if NO_SKIP and report.skipped:
        report.longrepr = _as_failure(report.longrepr)
        report.outcome = "failed"
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Tells `make faults` at once how a test ended, and why it failed: pytest says so at its end, if it comes to one."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ  # its reports come to the process that started it, which tells them
    if not is_worker and (report.when == "call" or not report.passed):
        add_line(test=report.nodeid, ended=report.outcome, why=report.longreprtext if report.failed else "")


@pytest.fixture
def storm(request: pytest.FixtureRequest) -> Iterator[Storm]:
    """How often a fault test repeats, and with which dice; says how to repeat it."""
    found = Storm(request.node.nodeid)
    print(found)
    yield found
    found.report()


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout that the tests belong to."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium or Chrome; `$ASSAY_CHROMIUM` names one that is not on PATH."""
    found = os.environ.get("ASSAY_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if not found:
        pytest.skip("No Chromium found. Install it: apt-get install chromium (or set ASSAY_CHROMIUM to a browser's path)")
    return found


@pytest.fixture
def server(tmp_path: Path) -> Generator[RunningServer, None, None]:
    """A real server process on a data folder of its own: `server.url`, `server.key`, `server.link`, `server.data`."""
    running = RunningServer(tmp_path / "data")
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[RunningServer, None, None]:
    """One real server process for all tests of a module that leave each other's projects alone."""
    running = RunningServer(tmp_path_factory.mktemp("server") / "data")
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    pytest.importorskip("obstore")
    with object_stores.seaweed(tmp_path_factory.mktemp("weed")) as running:
        yield running


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with object_stores.azurite(tmp_path_factory.mktemp("azurite")) as running:
        yield running


@pytest.fixture(scope="module")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStore]:
    with object_stores.fake_gcs(tmp_path_factory.mktemp("gcs")) as running:
        yield running


@pytest.fixture
def door() -> Iterator[tuple[int, list[str]]]:
    """The port of a service of the server's own network, and who has knocked at it."""
    knocks: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            knocks.append("knock")
            client.close()

    threading.Thread(target=answer, daemon=True).start()
    yield listener.getsockname()[1], knocks
    listener.close()
