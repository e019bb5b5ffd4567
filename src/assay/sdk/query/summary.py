"""A run's summary as a script reads it: a dictionary, with attributes for its keys and an `update` that reaches the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Any


class SummaryView(MutableMapping[str, Any]):
    """`summary["loss"]`, `summary.get("loss")`, `summary.loss`. Changes are sent by `update()` here or on the run."""

    def __init__(self, values: dict[str, Any], send: Callable[[], None]) -> None:
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_send", send)

    _values: dict[str, Any]
    _send: Callable[[], None]

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._values[key] = value

    def __delitem__(self, key: str) -> None:
        del self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"The summary has no {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._values[name] = value

    def __repr__(self) -> str:
        return repr(self._values)

    def update(self, *arguments: Any, **named: Any) -> None:
        """Take over the values given, then send every change made since the last time."""
        self._values.update(*arguments, **named)
        self._send()
