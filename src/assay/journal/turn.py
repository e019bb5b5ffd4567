"""Whose turn it is: a mutex for code that is nearly always alone, as the inner loop of a training script is, and that a signal
handler or a finalizer may interrupt at any moment to log something itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from threading import get_ident
from time import sleep
from typing import Any, TypeVar

R = TypeVar("R")
_MOMENTS, _MOMENT_S = 100, 50e-6


class Turn:
    """Made by `new_turn`. `run` is the way to take it. The quick way, for an inner loop: `if turn.waiting: turn.let_by()`, then
    `with turn:`, which raises `queue.Empty` where somebody has it; in there set `owner` first of all, and to 0 last of all,
    whatever happens between."""

    __slots__ = ("_patient", "owner", "waiting")

    owner: int  # the number of the thread that has it; 0 while nobody has, and while it passes from one to the next
    waiting: set[int]
    _patient: AbstractContextManager[object]

    def __enter__(self) -> object:
        raise NotImplementedError

    def __exit__(self, *error: object) -> None:
        raise NotImplementedError

    def run(self, do: Callable[..., R], *arguments: Any) -> R:
        """What `do` answers, called when nobody else has the turn. Where this thread has it already, `do` has interrupted what it
        was doing: it is called at once, and both have to stand that."""
        me, is_mine = get_ident(), False
        if self.waiting:
            self.let_by()
        try:
            with self:
                self.owner, is_mine = me, True
                try:
                    return do(*arguments)
                finally:
                    self.owner = 0
        except Empty:
            if is_mine:
                raise
        if self.owner == me:
            return do(*arguments)
        try:
            self.waiting.add(me)
            with self._patient:
                self.owner = me
                try:
                    self.waiting.discard(me)
                    return do(*arguments)
                finally:
                    self.owner = 0
        finally:
            self.waiting.discard(me)

    def let_by(self) -> None:
        """Give those who wait time to take their turn. Without it they never would: they need the interpreter to see that the
        turn is free, and who logs in a loop leaves it to them only while it writes, which is while it has the turn."""
        me = get_ident()
        self.waiting.discard(me)  # of a wait of its own, which who asks has interrupted
        for _ in range(_MOMENTS):
            if not self.waiting or self.owner == me:
                return
            sleep(_MOMENT_S)


def new_turn() -> Turn:
    """A turn that nobody has.

    It is a queue with one token in it: who takes the token has the turn. A `threading.Lock` asks the processor for an atomic
    operation at each end, which beside a system call takes 270 ns here; the queue relies on the interpreter's own lock and takes
    150. Its methods stand as those of the context manager themselves: so no signal handler can run between taking the token and
    being inside `with`, nor from the last statement there to giving it back (but in Python 3.14 before CPython's issue 148874 was
    mended, for every kind of lock).

    Whose turn it was has to be forgotten before it is given back: from Python 3.13 on a token goes straight to a thread that
    waits for it, which says so only when it runs, and until then who had it last would take the turn for its own still."""
    tokens: SimpleQueue[object] = SimpleQueue()
    tokens.put(None)
    # `put(item, block, timeout)` is called with the kind of an exception, the exception and its trace, or three times None:
    # whatever the item is, it is the token.
    turn: Turn = type("Turn", (Turn,), {"__slots__": (), "__enter__": tokens.get_nowait, "__exit__": tokens.put})()
    turn.owner, turn.waiting = 0, set()
    turn._patient = type("Patient", (), {"__slots__": (), "__enter__": tokens.get, "__exit__": tokens.put})()
    return turn
