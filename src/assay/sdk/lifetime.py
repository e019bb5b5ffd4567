"""How a process ends and splits, as far as runs care: exit, uncaught errors, SIGTERM, fork. And which run is the current one.

Whatever is put in place here calls what was there before, and a script's exit code stays its own."""

from __future__ import annotations

import atexit
import builtins
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn

from assay.sdk import console, terminal

if TYPE_CHECKING:
    from assay.sdk.run import Run

_live: list[Run] = []
_left_by_fork: list[Run] = []
_failure: BaseException | None = None
_hook: Callable[..., None] | None = None  # ours, for errors that nobody catches
_installed_in = 0
_KILLED_BY_TERM = 128 + signal.SIGTERM
_TERM_WAIT_S = 5.0  # of the usual 30 s before SIGKILL, so that the script's own clean-up keeps most


def current() -> Run | None:
    """The run that was started last and has not ended."""
    return _live[-1] if _live else None


def live() -> list[Run]:
    return list(_live)


def inherited() -> Run | None:
    """In a forked child: the run that the parent had."""
    return _left_by_fork[-1] if _left_by_fork else None


def enter(run: Run) -> None:
    """`run` is now the current one."""
    _install()
    _live.append(run)
    run.after_finish(lambda: leave(run))


def leave(run: Run) -> None:
    if run in _live:
        _live.remove(run)


def _install() -> None:
    global _installed_in
    if _installed_in == os.getpid():
        return
    if not _installed_in:
        os.register_at_fork(before=_before_fork, after_in_parent=_unmask, after_in_child=_after_fork)
        _wrap_excepthook()
        _wrap_exit()
    atexit.register(_at_exit)
    # A child of multiprocessing leaves through os._exit; what is registered there is run before.
    if (processes := sys.modules.get("multiprocessing.process")) is not None and processes.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, _at_exit, exitpriority=100)
    _wrap_sigterm()
    _installed_in = os.getpid()


def _at_exit() -> None:
    runs = live()
    for run in runs:
        from assay.sdk.run import outcome

        failure = _failure or _failure_told_elsewhere()
        state, code = outcome(failure)
        if failure is None and run.exit_code:
            state, code = "failed", run.exit_code
        run.end(state, code)
    if runs and isinstance(_failure, KeyboardInterrupt) and not hasattr(sys, "ps1"):
        _leave_as_interrupted()


def _leave_as_interrupted() -> None:
    """Let the process end by SIGINT, as Python lets it after Ctrl-C. Python notes that where an interrupt leaves code compiled
    from text, and forgets it where other such code begins: what we import while we end a run holds some."""
    with contextlib.suppress(KeyboardInterrupt):
        exec("raise KeyboardInterrupt", {})  # noqa: S102 – a text of our own


def _wrap_excepthook() -> None:
    global _hook
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        global _failure
        _failure = error
        before(kind, error, trace)

    sys.excepthook = _hook = hook


def _failure_told_elsewhere() -> BaseException | None:
    """What ended the script where somebody put another hook in place of ours, as libraries that colour tracebacks do. At a prompt
    an error ends nothing."""
    from assay.sdk import notebook

    if sys.excepthook is _hook or hasattr(sys, "ps1") or notebook.shell() is not None:
        return None
    last = getattr(sys, "last_value", None)
    return last if isinstance(last, BaseException) else None


def _wrap_exit() -> None:
    before = sys.exit

    def leave_with(code: Any = None) -> NoReturn:
        _note_exit(code)
        before(code)

    sys.exit = leave_with
    for name in ("exit", "quit"):
        if (leave := getattr(builtins, name, None)) is not None:
            setattr(builtins, name, _Leaving(leave))


def _note_exit(code: Any) -> None:
    from assay.sdk.run import outcome

    # sys.exit in a thread ends the thread alone.
    if threading.current_thread() is threading.main_thread():
        for run in live():
            run.note_exit(outcome(SystemExit(code))[1])


class _Leaving:
    """`exit` or `quit` as it was before, but the code is noted."""

    def __init__(self, before: Callable[[Any], NoReturn]) -> None:
        self._before = before

    def __repr__(self) -> str:
        return repr(self._before)

    def __call__(self, code: Any = None) -> NoReturn:
        _note_exit(code)
        self._before(code)


def _wrap_sigterm() -> None:
    try:
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _on_sigterm)
    except ValueError:
        pass  # not in the main thread: the script's own affair


def _on_sigterm(number: int, _frame: FrameType | None) -> None:
    # The interrupted code may hold a run's lock, so the ending is done by a thread while the script goes on; then the signal
    # takes its default course and the exit status is what it would have been.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def end() -> None:
        for run in live():
            try:
                run.end("killed", _KILLED_BY_TERM, is_quiet=True, wait_s=_TERM_WAIT_S)
            except Exception as error:
                terminal.warn(f"While ending the run: {error}")
        os.kill(os.getpid(), number)

    threading.Thread(target=end, name="assay-sigterm", daemon=True).start()


def _is_sigterm_ours() -> bool:
    return signal.getsignal(signal.SIGTERM) is _on_sigterm


# A child has no run to end, and SIGTERM takes its default course in it. Until that is set, the signal waits: Python forgets one
# that comes while a process splits, and whoever ends a pool of workers would wait for such a child for ever.
_mask = threading.local()


def _before_fork() -> None:
    _mask.before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}) if _is_sigterm_ours() else None


def _unmask() -> None:
    before, _mask.before = getattr(_mask, "before", None), None
    if before is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _after_fork() -> None:
    global _failure
    _failure = None
    if _is_sigterm_ours():
        with contextlib.suppress(ValueError):
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _unmask()
    console.forget()
    for run in live():
        run.become_inert()
        if run.keeper is not None:
            run.keeper.abandon()
        _left_by_fork.append(run)
    _live.clear()
