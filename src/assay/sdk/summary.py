"""A run's summary as the script sees it: the last value of every metric, and over it what was set by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any

from assay.sdk.values.plain import Unstorable, plain
from assay.wire import limits, names, records

Refuse = Callable[[str, str], None]
Write = Callable[[records.Summary], None]


class Summary(MutableMapping[str, Any]):
    """`summary["best"] = 0.9`, `summary.best`, `summary["val"]["acc"] = 1`. `latest` gives the automatic values."""

    def __init__(
        self,
        *,
        write: Write,
        refuse: Refuse,
        latest: Callable[[], dict[str, Any]],
        earlier: Mapping[str, Any] | None = None,
        path: tuple[str, ...] = (),
        explicit: dict[str, Any] | None = None,
    ) -> None:
        vars(self).update(
            _write=write,
            _refuse=refuse,
            _latest=latest,
            _earlier=dict(earlier or {}),
            _path=path,
            _explicit={} if explicit is None else explicit,
        )

    def _all(self) -> dict[str, Any]:
        return {**self._earlier, **self._latest(), **self._explicit}

    def __getitem__(self, key: str) -> Any:
        if isinstance(found := self._nested(key), dict):
            return Summary(
                write=self._write, refuse=self._refuse, latest=dict, path=(*self._path, key), explicit=found
            )  # fmt: skip
        return self._all()[key]

    def _nested(self, key: str) -> Any:
        """What was set by hand under `key`, in this life of the run or in an earlier one."""
        if key in self._explicit:
            return self._explicit[key]
        return None if key in self._latest() else self._earlier.get(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self.update({key: value})

    def __delitem__(self, key: str) -> None:
        if key not in self._all():
            raise KeyError(key)
        self._explicit.pop(key, None)
        self._earlier.pop(key, None)
        self._write(records.Summary([], [[*self._path, key]]))

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        try:
            return self[key]
        except KeyError:
            raise AttributeError(f"The run's summary has no entry {key!r}") from None

    def __setattr__(self, key: str, value: Any) -> None:
        self[key] = value

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def update(self, other: Any = (), **more: Any) -> None:  # type: ignore[override]
        """Set entries by hand: from now on they win over what is logged. What cannot be stored is refused by key."""
        entries: list[tuple[list[str], Any]] = []
        for key, value in {**dict(other), **more}.items():
            name = ".".join((*self._path, str(key)))
            if not isinstance(key, str) or not names.is_key(key):
                self._refuse(f"summary.{name}"[:100], f"not a key: expected text of 1 to {limits.KEY_BYTES} bytes")
                continue
            try:
                stored = plain(value)
            except Unstorable as reason:
                self._refuse(f"summary.{name}", str(reason))
                continue
            self._explicit[key] = stored
            entries.append(([*self._path, key], stored))
        if entries:
            self._write(records.Summary(entries))

    def adopt(self, earlier: Mapping[str, Any]) -> None:
        """Values that a resumed run has already."""
        vars(self)["_earlier"] = {**earlier, **self._earlier}

    def freeze(self) -> None:
        """The run has ended: the automatic values are now what they are."""
        final = self._latest()
        vars(self)["_latest"] = lambda: final
