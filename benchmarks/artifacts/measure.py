"""The method of the README."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assay.testing.servers import RunningServer
from benchmarks.harness import Contender, Length, Result, Target, compare, single
from benchmarks.peers import python_of

MB = 1_000_000
_AGE_S = 2.2  # a file changed less than two seconds ago is hashed again, whatever the cache says
_SALT_EVERY = 4 * MB
_WARM_BYTES_MAX = 2_000 * MB
_TOUCH = "import mmap, sys; room = mmap.mmap(-1, int(sys.argv[1]))\nfor at in range(0, len(room), 4096): room[at] = 1"
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Shape:
    title: str
    count: int
    file_bytes: int

    @property
    def size(self) -> int:
        return self.count * self.file_bytes


def main(length: Length) -> list[Result]:
    shapes = length.pick(
        [Shape("20 MB in 200 files", 200, 100_000), Shape("40 MB in 2 files", 2, 20 * MB)],
        [Shape("1 GB in 1,000 files", 1_000, MB), Shape("1 GB in 4 files", 4, 250 * MB)],
        [Shape("10 GB in 10,000 files", 10_000, MB), Shape("10 GB in 10 files", 10, 1000 * MB)],
    )
    results: list[Result] = []
    for shape in shapes:
        with tempfile.TemporaryDirectory(prefix="assay-bench-artifacts-") as folder:
            results += _Bench(Path(folder), shape, rounds=length.pick(1, 2, 3)).run()
    return results


class _Bench:
    def __init__(self, home: Path, shape: Shape, rounds: int) -> None:
        self._home = home
        self._shape = shape
        self._rounds = rounds
        self._source = home / "source"
        self._salts = itertools.count()
        self._peaks: list[float] = []
        self._numbers = itertools.count()
        self._server: RunningServer | None = None
        _fill(self._source, shape)

    def run(self) -> list[Result]:
        try:
            return [self._up(), *self._again(), self._down(), self._memory()]
        finally:
            self._stop()

    def _start(self) -> None:
        self._server = server = RunningServer(self._home / "data")
        server.start()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ASSAY_", "WANDB_"))},
            "ASSAY_BASE_URL": server.url, "ASSAY_API_KEY": server.key, "ASSAY_PROJECT": "bench",
            "ASSAY_CACHE_DIR": str(self._home / "cache"),
        }  # fmt: skip

    def _stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            shutil.rmtree(self._home / "data")

    def _put_to_new(self) -> float:
        """To a server that has nothing yet: what earlier rounds sent would fill the disk."""
        self._stop()
        self._start()
        return self._put()

    def _up(self) -> Result:
        return compare(
            f"{self._shape.title}: up",
            [
                Contender("assay", self._fresh(self._put_to_new)),
                Contender("cp and hash", self._fresh(self._copy_and_hash)),
                Contender("MLflow", self._fresh(lambda: self._mlflow("up"))),
            ],
            unit="s",
            rounds=self._rounds,
            warm_ups=0,
            targets=[Target(round(1 / 0.7, 2), "cp and hash")],
            note=f"wall time; {self._shape.size / MB:,.0f} MB new every time; the target is 0.7 of the speed of cp and hash",
        )

    def _again(self) -> list[Result]:
        self._put()
        warm, cold, changed = [], [], []
        for _ in range(self._rounds):
            time.sleep(_AGE_S)
            warm.append(self._put(moved=0))
            (self._home / "cache" / "digests.sqlite").unlink()
            cold.append(self._put(moved=0))
            path = self._source / "00001.bin"
            _salt(path, next(self._salts), self._shape.file_bytes)
            # Of a long file only the blocks that changed travel; every one did.
            changed.append(self._put(moved=self._shape.file_bytes))
        title = self._shape.title
        results = [
            single(f"{title}: up again, digests known", warm, unit="s", targets=[Target(3.0)], note="0 bytes sent"),
            single(f"{title}: up again, digests unknown", cold, unit="s", note="0 bytes sent; every file is read"),
        ]
        if self._shape.count > 100:
            one = single(f"{title}: one file changed", changed, unit="s", targets=[Target(1.0)], note="that file's bytes sent")
            results.append(one)
        return results

    def _down(self) -> Result:
        contenders = [
            Contender("assay", self._warm(self._get)),
            Contender("cp and hash", self._warm(self._copy_and_hash)),
            Contender("MLflow", self._warm(lambda: self._mlflow("down"))),
        ]
        title = f"{self._shape.title}: down, verified"
        target = Target(round(1 / 0.7, 2), "cp and hash")
        return compare(title, contenders, unit="s", rounds=self._rounds, warm_ups=0, targets=[target], note="wall time; no cache")

    def _memory(self) -> Result:
        note = "peak of the process that hashes and sends, or receives; also the interpreter"
        return single(f"{self._shape.title}: memory", self._peaks, unit="MB", targets=[Target(350.0)], note=note)

    def _fresh(self, work: Callable[[], float]) -> Callable[[], float]:
        def run() -> float:
            for path in sorted(self._source.iterdir()):
                _salt(path, next(self._salts), self._shape.file_bytes)
            os.sync()
            time.sleep(_AGE_S)
            return self._warm(work)()

        return run

    def _warm(self, work: Callable[[], float]) -> Callable[[], float]:
        """`work` where memory to write into is at hand: a virtual machine takes ten times as long to write to memory that its
        host has not given it yet, and who removed a gigabyte a moment ago would be the only one to have some."""
        size = min(self._shape.size * 6 // 5, _WARM_BYTES_MAX)

        def run() -> float:
            subprocess.run([sys.executable, "-c", _TOUCH, str(size)], check=True)
            return work()

        return run

    def _put(self, moved: int | None = None) -> float:
        answer = self._work("up", self._source)
        expected = self._shape.size if moved is None else moved
        assert answer["moved"] == expected or moved is None, (answer, expected)
        return float(answer["seconds"])

    def _get(self) -> float:
        target = self._target()
        answer = self._work("down", target)
        assert answer["moved"] == self._shape.size, answer
        assert sum(path.stat().st_size for path in target.iterdir()) == self._shape.size
        shutil.rmtree(target)
        return float(answer["seconds"])

    def _work(self, action: str, folder: Path) -> dict[str, Any]:
        command = [sys.executable, "-m", "benchmarks.artifacts.worker", action, str(folder)]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        self._peaks.append(answer["peak_mb"])
        return answer

    def _copy_and_hash(self) -> float:
        target = self._target()
        began = time.perf_counter()
        subprocess.run(["cp", "-r", str(self._source), str(target)], check=True)
        subprocess.run(["sync", "-f", str(target)], check=True)
        for path in sorted(target.iterdir()):
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256")
        seconds = time.perf_counter() - began
        shutil.rmtree(target)
        return seconds

    def _mlflow(self, action: str) -> float:
        store = self._home / "mlflow"
        store.mkdir(exist_ok=True)
        folder = self._source if action == "up" else self._target()
        folder.mkdir(exist_ok=True)
        command = [python_of("mlflow"), str(_HERE / "mlflow_worker.py"), action, str(folder), str(store)]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if action == "down":
            shutil.rmtree(folder)
        else:
            for old in sorted((store / "artifacts").iterdir(), key=lambda path: path.stat().st_mtime)[:-1]:
                shutil.rmtree(old)
        return float(json.loads(done.stdout.splitlines()[-1])["seconds"])

    def _target(self) -> Path:
        return self._home / f"target-{next(self._numbers)}"


def _fill(folder: Path, shape: Shape) -> None:
    """Files of noise; what makes each unlike the others is its salt."""
    folder.mkdir()
    noise = os.urandom(min(shape.file_bytes, 16 * MB))
    for number in range(shape.count):
        with (folder / f"{number:05}.bin").open("wb") as out:
            left = shape.file_bytes
            while left > 0:
                out.write(noise[:left])
                left -= len(noise)


def _salt(path: Path, salt: int, size: int) -> None:
    """New bytes in every block of the file."""
    with path.open("r+b") as file:
        for place in (*range(0, size, _SALT_EVERY), max(0, size - 32)):
            file.seek(place)
            file.write(hashlib.sha256(f"{path.name} {salt} {place}".encode()).digest()[: size - place])
