from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assay.wire.together import Together


def test_those_who_come_while_one_runs_share_the_next() -> None:
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)
    calls: list[list[int]] = []

    def work(items: list[int]) -> None:
        calls.append(items)
        begun.release()
        assert go_on.acquire(timeout=30)

    together = Together(work)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(together, 0)
        assert begun.acquire(timeout=30)
        others = [pool.submit(together, number) for number in range(1, 9)]
        while len(together._changed._waiters) < 8:  # type: ignore[attr-defined]
            pass
        go_on.release()
        first.result(30)
        assert begun.acquire(timeout=30)
        assert not any(other.done() for other in others)  # what they ask for may have come about after the first call began
        go_on.release()
        for other in others:
            other.result(30)
    assert [sorted(items) for items in calls] == [[0], [1, 2, 3, 4, 5, 6, 7, 8]]


def test_a_failure_is_everybodys_whose_call_it_was_and_nobodys_after() -> None:
    begun, go_on, failing = threading.Semaphore(0), threading.Semaphore(0), [False]

    def work(_: list[None]) -> None:
        fails = failing[0]
        begun.release()
        assert go_on.acquire(timeout=30)
        if fails:
            raise OSError(5, "Input/output error")

    together = Together(work)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(together, None)
        assert begun.acquire(timeout=30)
        others = [pool.submit(together, None) for _ in range(3)]
        while len(together._changed._waiters) < 3:  # type: ignore[attr-defined]
            pass
        failing[0] = True
        go_on.release(2)
        first.result(30)
        for other in others:
            with pytest.raises(OSError, match="Input/output"):
                other.result(30)
        failing[0] = False
        go_on.release()
        together(None)
