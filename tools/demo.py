"""Show Assay at work: a server on this machine, a model that trains, one address to open. Ctrl-C ends both.

Everything lies in `.demo/` of the checkout: the data, the logs, the journals. A second start shows what is there and trains
again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from types import FrameType

from assay.journal.folder import find_folders
from assay.sdk.process import is_served

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(os.environ.get("ASSAY_DEMO_FOLDER", ROOT / ".demo"))
START_S = 60
STOP_S = 40  # finish() takes up to 30 to send what is left; before that, nobody is insisted upon
SENDERS_S = 10  # for what a script that was cut short left to its sender
TAIL_LINES = 15
STOPPING = threading.Event()


class Stopped(Exception):
    """Ctrl-C, or the machine asks us to end."""


def main() -> None:
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    FOLDER.mkdir(exist_ok=True)
    server: subprocess.Popen[bytes] | None = None
    training: subprocess.Popen[bytes] | None = None
    try:
        server = start_server()
        note = wait_until_ready(server)
        training, output = train(note)
        wait_for_the_project(note, training)
        announce(note["url"], sign_in_link())
        output.set()
        watch(server, training)
    except Stopped:
        STOPPING.set()
        print("\nStopping …", flush=True)
    finally:
        end(training)
        if server is not None and server.poll() is None:
            wait_for_senders()
        end(server)
    print("Stopped. The data stays in .demo/; make demo shows it again, make clean removes it.")


def _stop(_number: int, _frame: FrameType | None) -> None:
    # The first Ctrl-C is enough; an impatient second one must not leave a process behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def environment() -> dict[str, str]:
    """Ours alone: a person's own server, key or settings must not get the demo's runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))}
    # The matrices are tiny: more threads than one only keep each other waiting.
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    ours = {"ASSAY_DATA": str(FOLDER), "ASSAY_DIR": str(FOLDER), "ASSAY_SYNC_LINGER_S": str(SENDERS_S)}
    return {**kept, **threads, **ours, "PYTHONUNBUFFERED": "1"}


def start_server() -> subprocess.Popen[bytes]:
    """The ordinary server; it takes port 8080, or the next free one."""
    command = [sys.executable, "-m", "assay", "server", "start", "--data", str(FOLDER)]
    with (FOLDER / "server.log").open("ab") as log:
        # A session of its own: Ctrl-C reaches this process alone, which then ends the others in order.
        return subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=log, stderr=log, start_new_session=True)


def wait_until_ready(server: subprocess.Popen[bytes]) -> dict[str, str]:
    """The server's address and a key, which it leaves in its data folder as soon as it answers."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise SystemExit(f"The server ended at once ({server.returncode}). Its last lines:\n{tail(FOLDER / 'server.log')}")
        try:
            note: dict[str, str] = json.loads((FOLDER / "server.json").read_text())
            if note["pid"] == server.pid:
                return note
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.05)
    raise SystemExit(f"The server did not answer within {START_S} seconds. Its last lines:\n{tail(FOLDER / 'server.log')}")


def sign_in_link() -> str:
    """A fresh one-time link that opens the demo's project."""
    command = [sys.executable, "-m", "assay", "server", "link", "--data", str(FOLDER), "--json"]
    made = subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False)
    if made.returncode:
        raise SystemExit(f"No sign-in link could be made:\n{made.stderr}")
    answer = json.loads(made.stdout)
    return str(answer["link"]).replace("/#link=", f"/{answer['user']}/digits#link=")


def announce(address: str, link: str) -> None:
    print(
        f"\nAssay runs at {address}. Open this link, which signs you in once, and watch the curves grow:\n\n    {link}\n",
        flush=True,
    )


def wait_for_the_project(note: dict[str, str], training: subprocess.Popen[bytes]) -> None:
    """A link to a project that does not exist yet would open a page that says so; the first run makes it, a moment from now."""
    request = urllib.request.Request(f"{note['url']}/api/v1/projects?limit=1", headers={"Authorization": f"Bearer {note['key']}"})
    deadline = time.monotonic() + START_S
    while training.poll() is None and time.monotonic() < deadline:
        with urllib.request.urlopen(request, timeout=START_S) as answer:
            if json.load(answer)["projects"]:
                return
        time.sleep(0.1)


def train(note: dict[str, str]) -> tuple[subprocess.Popen[bytes], threading.Event]:
    """The example script, as anybody would start it. Its lines are shown once the event is set: the link comes first."""
    seconds = os.environ.get("ASSAY_DEMO_SECONDS", "60")
    seed = str(int(time.time()) % 1_000)
    command = [sys.executable, "examples/digits.py", "--seconds", seconds, "--seed", seed]
    if "ASSAY_DEMO_RUNS" in os.environ:
        command += ["--runs", os.environ["ASSAY_DEMO_RUNS"]]
    surroundings = {**environment(), "ASSAY_BASE_URL": note["url"], "ASSAY_API_KEY": note["key"]}
    training = subprocess.Popen(
        command,
        env=surroundings,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    may_show = threading.Event()
    threading.Thread(target=_show, args=(training, may_show), daemon=True).start()
    return training, may_show


def _show(training: subprocess.Popen[bytes], may_show: threading.Event) -> None:
    may_show.wait()
    assert training.stdout
    for line in training.stdout:
        # After Ctrl-C it says with a traceback that it was interrupted, as scripts do; whoever pressed the keys knows.
        if not STOPPING.is_set():
            print(line.decode(errors="replace"), end="", flush=True)


def watch(server: subprocess.Popen[bytes], training: subprocess.Popen[bytes]) -> None:
    """Stay until Ctrl-C. Says so when the training is done, and ends when the server does."""
    told = False
    while server.poll() is None:
        if training.poll() is not None and not told:
            told = True
            done = "Training is done" if training.returncode == 0 else f"The training ended with {training.returncode}"
            print(f"\n{done}. The server stays up until you press Ctrl-C.", flush=True)
        time.sleep(0.2)
    raise SystemExit(f"The server ended ({server.returncode}). Its last lines:\n{tail(FOLDER / 'server.log')}")


def wait_for_senders() -> None:
    """A script that Ctrl-C cut short leaves its last rows to the process beside it, which would call a server that ended before
    it for an hour."""
    deadline = time.monotonic() + SENDERS_S
    while time.monotonic() < deadline and any(is_served(folder) for folder in find_folders(FOLDER)):
        time.sleep(0.1)


def end(process: subprocess.Popen[bytes] | None) -> None:
    """Ask, wait, and only then insist."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tail(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return "    (no log)"
    return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:])


if __name__ == "__main__":
    main()
