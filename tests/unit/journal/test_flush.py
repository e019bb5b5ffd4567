from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from assay.journal.flush import FlushTogether


def test_those_who_come_while_one_runs_share_the_next() -> None:
    begun, go_on = threading.Semaphore(0), threading.Semaphore(0)
    count = []

    def flush() -> None:
        count.append(True)
        begun.release()
        assert go_on.acquire(timeout=30)

    together = FlushTogether(flush)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(together)
        assert begun.acquire(timeout=30)
        others = [pool.submit(together) for _ in range(8)]
        while len(together._changed._waiters) < 8:  # type: ignore[attr-defined]
            pass
        go_on.release()
        first.result(30)
        assert begun.acquire(timeout=30)
        assert not any(other.done() for other in others)  # what they wrote may be later than the first flush
        go_on.release()
        for other in others:
            other.result(30)
    assert len(count) == 2


def test_a_failure_is_everybodys_whose_flush_it_was_and_nobodys_after() -> None:
    begun, go_on, failing = threading.Semaphore(0), threading.Semaphore(0), [False]

    def flush() -> None:
        fails = failing[0]
        begun.release()
        assert go_on.acquire(timeout=30)
        if fails:
            raise OSError(5, "Input/output error")

    together = FlushTogether(flush)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(together)
        assert begun.acquire(timeout=30)
        others = [pool.submit(together) for _ in range(3)]
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
        together()
