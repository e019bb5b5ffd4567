"""Tell what a signal handler of the script raised from what a call raised that it interrupted."""

from __future__ import annotations

import signal
from types import CodeType


def is_interrupt(error: BaseException) -> bool:
    """Whether `error` comes out of a signal handler. Those run between any two calls, so a `TimeoutError` of an alarm (which is
    an OSError) may look as if the disk had failed. It belongs to the script: who catches it raises it again."""
    codes = {_code_of(signal.getsignal(number)) for number in signal.valid_signals()}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code in codes:
            return True
        trace = trace.tb_next
    return False


def _code_of(handler: object) -> CodeType | None:
    handler = getattr(handler, "func", handler)  # functools.partial
    if not hasattr(handler, "__code__"):
        handler = type(handler).__call__ if callable(handler) else None
    code = getattr(handler, "__code__", None)  # of a method too
    return code if isinstance(code, CodeType) else None
