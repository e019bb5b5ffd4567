"""A run that does nothing, for `mode="disabled"`: every call works, no file is made. What a script may ask for again is
answered as in any other run: the config, the step and the summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from assay.journal.folder import RunFolder
from assay.journal.interrupts import is_interrupt
from assay.journal.turn import new_turn
from assay.sdk.redact import Redactor
from assay.sdk.run import AlertLevel, Identity, Run
from assay.sdk.settings import Settings
from assay.sdk.values.media import Media
from assay.sdk.values.plain import flatten
from assay.wire import limits, records


class _Nowhere:
    """Takes the place of a recorder."""

    folder = RunFolder(Path(os.devnull))
    last_seq = -1
    direct = None
    writer = None
    held_count = 0
    dropped_count = 0
    turn = new_turn()

    def append(self, record: records.Record) -> None: ...

    def append_row(self, keys: tuple[str, ...], step: int, at: float, values: Any) -> None: ...

    def tick(self) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


class DisabledRun(Run):
    def __init__(self, identity: Identity, settings: Settings) -> None:
        super().__init__(
            identity,
            settings,
            _Nowhere(),  # type: ignore[arg-type]
            mode="disabled",
            redactor=Redactor(is_on=False),
            allow_val_change=True,
        )
        self._made_dir = ""
        self._logged: dict[str, Any] = {}

    def log(
        self,
        data: Mapping[str, Any],
        step: int | None = None,
        commit: bool | None = None,
        sync: bool | None = None,  # noqa: ARG002
    ) -> None:
        if self._is_finished:
            return
        try:
            row, _ = flatten(data)
            self._logged |= {key: value for key, value in row.items() if not _holds_media(value)}
            self._take_step(None if step is None else min(max(0, int(step)), limits.STEP_MAX), commit)
        except Exception as error:
            if is_interrupt(error):
                raise

    def _latest_values(self) -> dict[str, Any]:
        return dict(self._logged)

    def save(
        self,
        glob_str: str | os.PathLike[str] | None = None,  # noqa: ARG002
        base_path: str | os.PathLike[str] | None = None,  # noqa: ARG002
        policy: str = "live",  # noqa: ARG002
    ) -> list[str]:
        return []

    def alert(
        self,
        title: str,
        text: str = "",
        level: str | AlertLevel | None = None,
        wait_duration: float | timedelta | None = None,
    ) -> None: ...

    def keep_content(self, name: str, content: bytes) -> bool:  # noqa: ARG002
        return False

    def look_for_files(self) -> None: ...

    def end(
        self,
        state: records.FinishState,  # noqa: ARG002
        exit_code: int,  # noqa: ARG002
        *,
        is_quiet: bool = False,  # noqa: ARG002
        wait_s: float | None = None,  # noqa: ARG002
    ) -> None:
        if not self._is_finished:
            self._is_finished = True
            steps: Iterable[Callable[[], None]] = [*self._at_finish, *self._after_finish]
            for step in steps:
                step()

    @property
    def dir(self) -> str:
        if not self._made_dir:
            import tempfile

            self._made_dir = tempfile.mkdtemp(prefix="assay-disabled-")
        return self._made_dir


def _holds_media(value: Any) -> bool:
    """Whether it is media, which would take memory for nothing."""
    return isinstance(value, Media) or (type(value) is list and bool(value) and isinstance(value[0], Media))
