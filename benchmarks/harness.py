"""Measure contenders side by side and say how they compare.

A benchmark is a package `benchmarks/<name>` with a README (the method) and `main(length) -> list[Result]`. It hands `compare`
its contenders: callables that do a fixed amount of work and answer one number. Rounds are interleaved (A B C, B C A, C A B)
so that a slow minute of the machine hits everybody, and medians are compared, with the range beside them.

Prefer CPU time (`cpu_s`) to wall time: other processes then disturb it little. Where waiting is the point (fsync, a network),
measure the wall (`wall_s`), and expect the harness to refuse on a loaded machine."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

import psutil

_T = TypeVar("_T")

BUSY_MAX = 0.25  # of the processors, before anything is measured; above it wall times say more about the neighbours than about us


class Length(Enum):
    """How long to measure. QUICK: small sizes, which show that a benchmark runs, not how fast. SHORT: all benchmarks in a quarter
    of an hour. FULL: for publication, each size and duration as its target names it."""

    QUICK = "quick"
    SHORT = "short"
    FULL = "full"

    def pick(self, quick: _T, short: _T, full: _T) -> _T:
        return {Length.QUICK: quick, Length.SHORT: short, Length.FULL: full}[self]


@dataclass(frozen=True, slots=True)
class Contender:
    """`run` does one round of work and answers its measure, in the comparison's unit. The first contender is ours."""

    name: str
    run: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Target:
    """What ours promises: at most (or at least) `factor` × the contender `than`, or × 1 unit when `than` is empty.

    A ratio is judged. An absolute figure says as much of the machine as of the program, so it is told and not judged."""

    factor: float
    than: str = ""
    at_least: bool = False

    def sentence(self, unit: str) -> str:
        sign = "≥" if self.at_least else "≤"
        return f"{sign} {self.factor:g} × {self.than}" if self.than else f"{sign} {self.factor:g} {unit}"


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)


@dataclass(frozen=True, slots=True)
class Result:
    """One comparison. `contenders[0]` is ours. `note` is one line on what the reader must know to trust it."""

    title: str
    unit: str
    contenders: tuple[Measured, ...]
    targets: tuple[Target, ...] = ()
    note: str = ""

    @property
    def ours(self) -> Measured:
        return self.contenders[0]

    def reach(self, target: Target) -> tuple[float, bool]:
        """(ours as a multiple of what the target compares with, whether the target is met)."""
        base = 1.0
        if target.than:
            base = next(c.median for c in self.contenders if c.name == target.than)
        ratio = self.ours.median / base if base else float("inf")
        return ratio, ratio >= target.factor if target.at_least else ratio <= target.factor

    @property
    def is_met(self) -> bool:
        """Whether no ratio is missed."""
        return all(self.reach(target)[1] for target in self.targets if target.than)

    @property
    def is_over(self) -> bool:
        """Whether an absolute figure is beyond its target on this machine, now."""
        return not all(self.reach(target)[1] for target in self.targets if not target.than)


def compare(
    title: str,
    contenders: Sequence[Contender],
    *,
    unit: str,
    rounds: int,
    targets: Sequence[Target] = (),
    warm_ups: int = 1,
    note: str = "",
) -> Result:
    """Run every contender `rounds` times, interleaved, after `warm_ups` rounds that do not count."""
    known = {contender.name for contender in contenders}
    for target in targets:
        assert not target.than or target.than in known, (target, known)
    values: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    print(f"  … {title}", file=sys.stderr, flush=True)
    for round_index in range(-warm_ups, rounds):
        turn = round_index % len(contenders)
        for contender in (*contenders[turn:], *contenders[:turn]):
            value = contender.run()
            if round_index >= 0:
                values[contender.name].append(value)
    measured = tuple(Measured(name, tuple(found)) for name, found in values.items())
    return Result(title, unit, measured, tuple(targets), note)


def compare_calls(title: str, work: dict[str, Callable[[], object]], rounds: int, targets: Sequence[Target]) -> Result:
    """CPU milliseconds, all threads, of one call of each of `work`; the first is ours."""

    def timed(call: Callable[[], object]) -> Callable[[], float]:
        def run() -> float:
            with cpu_s() as watch:
                call()
            return watch.seconds * 1_000

        return run

    contenders = [Contender(name, timed(call)) for name, call in work.items()]
    return compare(title, contenders, unit="ms CPU", rounds=rounds, targets=targets)


def single(title: str, values: Sequence[float], *, unit: str, targets: Sequence[Target] = (), note: str = "") -> Result:
    """A figure without a peer, against an absolute target: memory at rest, start-up time."""
    return Result(title, unit, (Measured("assay", tuple(values)),), tuple(targets), note)


@dataclass(slots=True)
class Stopwatch:
    seconds: float = 0.0


@contextmanager
def cpu_s() -> Iterator[Stopwatch]:
    """CPU seconds of this process, all threads, user and system."""
    watch, start = Stopwatch(), time.process_time()
    yield watch
    watch.seconds = time.process_time() - start


@contextmanager
def children_cpu_s() -> Iterator[Stopwatch]:
    """CPU seconds of child processes that ended (and were waited for) inside the block."""
    watch, start = Stopwatch(), _children_cpu()
    yield watch
    watch.seconds = _children_cpu() - start


@contextmanager
def wall_s() -> Iterator[Stopwatch]:
    watch, start = Stopwatch(), time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def process_cpu_s(process: psutil.Process) -> float:
    """CPU seconds of a process and all its children so far."""
    found = 0.0
    for each in (process, *process.children(recursive=True)):
        used = each.cpu_times()
        found += used.user + used.system
    return found


def machine_line() -> str:
    """One line that says where the figures come from, free of names that identify the machine."""
    cores = os.cpu_count() or 1
    kernel = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{_cpu_model()}, {cores} cores, {_memory_gib()} GiB, {kernel}, Python {platform.python_version()}"


def _cpu_model() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def busy() -> float:
    """The share of the processors' time that others use now, 0 to 1. Takes a moment."""
    return psutil.cpu_percent(interval=1.5) / 100


def refuse_if_loaded(*, loaded_ok: bool, patience_s: float = 60.0) -> None:
    """End the program when others keep the machine busy for `patience_s`: figures taken now would be wrong in both directions."""
    if loaded_ok:
        return
    deadline = time.monotonic() + patience_s
    while (share := busy()) > BUSY_MAX and time.monotonic() < deadline:
        print(f"Waiting for the machine to become idle ({share:.0%} busy) …", flush=True)
        time.sleep(min(5.0, patience_s))
    if share > BUSY_MAX:
        raise SystemExit(
            f"The machine is busy ({share:.0%}; up to {BUSY_MAX:.0%} is fine), so nothing is measured. "
            "Wait until it is idle, or pass --loaded-ok and trust only CPU times."
        )


def report(results: Sequence[Result]) -> str:
    """The table for people: a block per comparison."""
    return "\n".join(_block(result) for result in results)


def _block(result: Result) -> str:
    width = max(len(c.name) for c in result.contenders)
    lines = [f"{result.title}  [{result.unit}]"]
    for contender in result.contenders:
        low, high = min(contender.values), max(contender.values)
        ratio = ""
        if contender is not result.ours and contender.median:
            ratio = f"   ours / this = {result.ours.median / contender.median:.3g}"
        lines.append(f"  {contender.name:<{width}}  {figure(contender.median):>9}  ({figure(low)} … {figure(high)}){ratio}")
    for target in result.targets:
        ratio_found, met = result.reach(target)
        word = "met" if met else "MISSED" if target.than else "over"
        lines.append(f"  {word:<6}  target {target.sentence(result.unit)}: {ratio_found:.3g}")
    if result.note:
        lines.append(f"  {result.note}")
    return "\n".join(lines) + "\n"


def figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def to_json(results: Sequence[Result]) -> list[dict[str, Any]]:
    return [asdict(result) for result in results]


def from_json(data: list[dict[str, Any]]) -> list[Result]:
    return [
        Result(
            item["title"],
            item["unit"],
            tuple(Measured(c["name"], tuple(c["values"])) for c in item["contenders"]),
            tuple(Target(**t) for t in item["targets"]),
            item["note"],
        )
        for item in data
    ]


@dataclass(frozen=True, slots=True)
class Options:
    names: list[str] = field(default_factory=list)
    length: Length = Length.SHORT
    loaded_ok: bool = False
    strict: bool = False


def parse(arguments: Sequence[str] | None = None, *, with_names: bool = False) -> Options:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    if with_names:
        parser.add_argument("names", nargs="*", help="benchmarks to run; all without")
    lengths = parser.add_mutually_exclusive_group()
    lengths.add_argument(
        "--quick", dest="length", action="store_const", const=Length.QUICK, help="small sizes: shows that it runs, not how fast"
    )
    lengths.add_argument(
        "--full", dest="length", action="store_const", const=Length.FULL,
        help="every size and duration as its target names it" + ("; then publish the figures" if with_names else ""),
    )  # fmt: skip
    parser.set_defaults(length=Length.SHORT)
    parser.add_argument("--loaded-ok", action="store_true", help="measure although the machine is busy")
    parser.add_argument("--strict", action="store_true", help="end with 1 when a ratio is missed")
    return Options(**vars(parser.parse_args(arguments)))


def run_as_script(name: str) -> None:
    """What `python -m benchmarks.<name>` does."""
    options = parse()
    refuse_if_loaded(loaded_ok=options.loaded_ok)
    share = busy()
    print(f"{machine_line()}; {share:.0%} busy with other things", end="\n\n", flush=True)
    results: list[Result] = importlib.import_module(f"benchmarks.{name}").main(options.length)
    print(report(results))
    if out := os.environ.get("ASSAY_BENCH_OUT"):
        Path(out).write_text(json.dumps({"busy": share, "results": to_json(results)}))
    if options.strict and not all(result.is_met for result in results):
        sys.exit(1)
