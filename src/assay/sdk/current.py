"""What `assay.log` and its like do: the same as the methods of the current run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Any

from assay.sdk import lifetime as _lifetime
from assay.sdk.errors import NotStarted
from assay.sdk.run import AlertLevel, Run

if TYPE_CHECKING:
    from assay.sdk.artifact import Artifact
    from assay.wire.records import Define


def _not_started(what: str) -> NotStarted:
    is_child = _lifetime.inherited() is not None
    hint = " To write to the run of the process that this one was forked from: assay.attach()." if is_child else ""
    return NotStarted(what=f"assay.{what}", hint=hint)


class _BeforeInit:
    """Stands for `assay.config` and `assay.summary` while there is no run."""

    def __init__(self, what: str) -> None:
        object.__setattr__(self, "_what", what)

    def _refuse(self, *_: object) -> Any:
        raise _not_started(object.__getattribute__(self, "_what"))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._refuse()

    __getitem__ = __setitem__ = __delitem__ = __setattr__ = __contains__ = __iter__ = __len__ = _refuse

    def __repr__(self) -> str:
        return f"<assay.{object.__getattribute__(self, '_what')}: call assay.init() first>"


_before_config, _before_summary = _BeforeInit("config"), _BeforeInit("summary")


def of_current(name: str) -> Any:
    """`assay.run`, `assay.config` and `assay.summary`: of the current run, if there is one."""
    current = _lifetime.current()
    if name == "run":
        return current
    if name == "config":
        return current.config if current is not None else _before_config
    return current.summary if current is not None else _before_summary


def _current(what: str) -> Run:
    current = _lifetime.current()
    if current is None:
        raise _not_started(f"{what}()")
    return current


def log(data: Mapping[str, Any], step: int | None = None, commit: bool | None = None, sync: bool | None = None) -> None:
    """`Run.log` of the current run."""
    _current("log").log(data, step, commit, sync)


def define_metric(
    name: str,
    step_metric: str | Define | None = None,
    step_sync: bool | None = None,
    hidden: bool | None = None,
    summary: str | Iterable[str] | None = None,
    goal: str | None = None,
    overwrite: bool | None = None,
    unit: str | None = None,
) -> Define:
    """`Run.define_metric` of the current run."""
    return _current("define_metric").define_metric(name, step_metric, step_sync, hidden, summary, goal, overwrite, unit)


def finish(exit_code: int | None = None, quiet: bool | None = None) -> None:
    """End the current run; without one, nothing happens."""
    current = _lifetime.current()
    if current is not None:
        current.finish(exit_code, quiet)


def alert(
    title: str, text: str = "", level: str | AlertLevel | None = None, wait_duration: float | timedelta | None = None
) -> None:
    """`Run.alert` of the current run."""
    _current("alert").alert(title, text, level, wait_duration)


def restore(name: str, run_path: str | None = None, replace: bool = False, root: str | None = None) -> IO[str]:
    """Bring back a file that a run kept, and open it. `run_path` is `entity/project/run_id`; empty: the current run. It is put
    below `root`: the current run's folder of files, or the working folder."""
    from assay.sdk.restore import restore as bring_back

    return bring_back(name, run_path, replace, root, current=_lifetime.current())


def save(
    glob_str: str | os.PathLike[str] | None = None,
    base_path: str | os.PathLike[str] | None = None,
    policy: str = "live",
) -> list[str]:
    """`Run.save` of the current run."""
    return _current("save").save(glob_str, base_path, policy)


def log_code(
    root: str | os.PathLike[str] = ".",
    name: str | None = None,
    include_fn: Callable[..., bool] | None = None,
    exclude_fn: Callable[..., bool] | None = None,
) -> list[str]:
    """`Run.log_code` of the current run."""
    return _current("log_code").log_code(root, name, include_fn, exclude_fn)


def log_artifact(
    artifact_or_path: Artifact | str | os.PathLike[str],
    name: str | None = None,
    type: str | None = None,  # noqa: A002 - the word people know
    aliases: Sequence[str] | str | None = None,
    tags: Sequence[str] | None = None,
) -> Artifact:
    """`Run.log_artifact` of the current run."""
    return _current("log_artifact").log_artifact(artifact_or_path, name, type, aliases, tags)


def use_artifact(
    artifact_or_name: Artifact | str,
    type: str | None = None,  # noqa: A002 - the word people know
    aliases: Sequence[str] | str | None = None,
    use_as: str | None = None,
) -> Artifact:
    """`Run.use_artifact` of the current run."""
    return _current("use_artifact").use_artifact(artifact_or_name, type, aliases, use_as)


def log_model(
    path: str | os.PathLike[str], name: str | None = None, aliases: Sequence[str] | str | None = None
) -> Artifact:  # fmt: skip
    """`Run.log_model` of the current run."""
    return _current("log_model").log_model(path, name, aliases)


def use_model(name: str) -> str:
    """`Run.use_model` of the current run."""
    return _current("use_model").use_model(name)


def progress(step: int, total: int | None = None) -> None:
    """`Run.progress` of the current run."""
    _current("progress").progress(step, total)


def mark_preempting() -> None:
    """`Run.mark_preempting` of the current run."""
    _current("mark_preempting").mark_preempting()


def login(key: str | None = None, host: str | None = None, **_: Any) -> bool:
    """Use `key` at `host` in this process. Without arguments: whether a server and a key for it are known."""
    from assay.client.target import resolve

    if host:
        os.environ["ASSAY_BASE_URL"] = host
    if key:
        os.environ["ASSAY_API_KEY"] = key
    target = resolve()
    return target is not None and bool(target.key)
