"""`init()`: from arguments and settings to a run that records. It makes files and starts the sender; it never waits for a server
longer than a person would notice, except where the server alone can answer (`resume="must"` and `"never"`)."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from assay.journal.folder import RunFolder, SyncStatus, find_folders
from assay.journal.frames import Head
from assay.journal.reader import JournalReader, first_record, is_written, last_records
from assay.journal.writer import JournalWriter
from assay.sdk import config as configs
from assay.sdk import console, distributed, lifetime, notebook, terminal, words
from assay.sdk.disabled import DisabledRun
from assay.sdk.errors import ResumeRefused, RunFolderUnwritable
from assay.sdk.keeper import Keeper
from assay.sdk.process import OfflineMonitor, Sender, started_at
from assay.sdk.recorder import Recorder, open_journal
from assay.sdk.redact import Redactor
from assay.sdk.run import Identity, Run, clean_notes, clean_tags
from assay.sdk.settings import Settings
from assay.wire import limits, names
from assay.wire.errors import InvalidName, InvalidRequest, NotSignedIn, PublicError, ServerUnreachable
from assay.wire.messages.runs import RunStart
from assay.wire.records import Environment, Finish, Progress, Row, Start
from assay.wire.texts import clean
from assay.wire.version import __version__

if TYPE_CHECKING:
    from assay.client.target import Target

FIRST_WORD_S = 0.8  # seconds after which init() returns without the run's page; a person does not feel it
_FOLDER_NAME_BYTES = 255  # what file systems take
ANSWER_S = 30.0  # seconds init() waits where only the server knows whether it may go on

_base_settings: Settings | None = None


def setup(settings: Settings | dict[str, Any] | None = None) -> Settings:
    """Settings for every run of this process that says nothing else."""
    global _base_settings
    _base_settings = Settings()
    _base_settings.update(settings)
    return _base_settings


def teardown(exit_code: int | None = None) -> None:
    """End every run that is still open, and forget what `setup` was given."""
    global _base_settings
    for run in lifetime.live():
        run.finish(exit_code)
    _base_settings = None


def init(
    entity: str | None = None,
    project: str | None = None,
    dir: str | os.PathLike[str] | None = None,  # noqa: A002
    id: str | None = None,  # noqa: A002
    name: str | None = None,
    notes: str | None = None,
    tags: Sequence[str] | None = None,
    config: Any = None,
    config_exclude_keys: Iterable[str] | None = None,
    config_include_keys: Iterable[str] | None = None,
    allow_val_change: bool | None = None,
    group: str | None = None,
    job_type: str | None = None,
    mode: str | None = None,
    force: bool | None = None,
    anonymous: str | None = None,  # noqa: ARG001
    reinit: bool | str | None = None,
    resume: bool | str | None = None,
    resume_from: str | None = None,
    fork_from: str | None = None,
    save_code: bool | None = None,
    tensorboard: bool | None = None,
    sync_tensorboard: bool | None = None,
    monitor_gym: bool | None = None,
    settings: Settings | dict[str, Any] | None = None,
    *,
    total_steps: int | None = None,
    distributed: str | None = None,
    durability: str | None = None,
) -> Run:
    """Start a run, and make it the current one. Returns within a second, whatever the server does.

    Arguments mean what W&B's of the same name mean. `total_steps`: how many rows make the run complete. `distributed`: what the
    ranks of one job do: `rank0` (the others record nothing), `all` (a run each, in one group), `shared` (one run of all).
    `durability="row"`: every row reaches the disk itself before log() returns, not only the kernel.

    Raises InvalidRequest and its kind for arguments that cannot be meant, ResumeRefused for `resume="must"` without such a run
    and `"never"` with one, and ServerUnreachable where these cannot be told."""
    effective = (_base_settings or Settings()).copy()
    effective.update(settings)
    effective.update(
        {
            "entity": entity, "project": project, "dir": None if dir is None else os.fspath(dir), "run_id": id, "run_name": name,
            "run_notes": notes, "run_tags": tags, "run_group": group, "run_job_type": job_type, "mode": mode, "reinit": reinit,
            "resume": resume, "save_code": save_code, "allow_val_change": allow_val_change, "distributed": distributed,
            "durability": durability,
        }
    )  # fmt: skip
    for argument, value in (("resume_from", resume_from), ("fork_from", fork_from)):
        if value:
            raise InvalidRequest(detail=f"init: {argument} is not available in version {__version__}; resume= and id= are.")
    if sync_tensorboard or tensorboard or monitor_gym:
        terminal.warn("sync_tensorboard and monitor_gym are not available in this version; log the values with run.log()")
    terminal.is_silent, terminal.is_quiet = effective.silent, effective.quiet
    if (previous := _previous(effective.reinit)) is not None:
        return previous
    redactor = Redactor.of_environment(is_on=effective.redact)
    return _Starter(effective, redactor, force=bool(force), total_steps=int(total_steps or 0)).start(
        configs.select(configs.read(config), config_include_keys, config_exclude_keys)
    )


def attach(run_id: str | None = None) -> Run:
    """In a forked or spawned process: write to the parent's run (or to `run_id`) as a writer of one's own.

    A run of that id that is being written from the same folder is found there, with its project."""
    parent = lifetime.inherited()
    if parent is None and run_id is None:
        raise InvalidRequest(detail="attach: this process has no run from its parent. Give the run's id: attach(run_id).")
    effective = parent.settings.copy() if parent is not None else (_base_settings or Settings()).copy()
    chosen: dict[str, Any] = {
        "run_id": run_id or (parent.id if parent is not None else None),
        "resume": "allow",
        "distributed": "",
    }
    if parent is not None:
        chosen |= {"project": parent.project, "entity": parent.identity.entity or None}
        chosen["dir"] = str(parent.folder.path.parents[1])
    elif run_id is not None:
        chosen |= _place_of(run_id, _root(effective), effective.project)
    effective.update(chosen)
    redactor = Redactor.of_environment(is_on=effective.redact)
    starter = _Starter(effective, redactor, force=False, total_steps=0, is_secondary=True)
    return starter.start({})


def _previous(policy: str) -> Run | None:
    """The run to give back instead of starting one; ends those that the policy ends."""
    # One that another thread is ending takes nothing more.
    run = next((run for run in reversed(lifetime.live()) if run.is_running), None)
    if run is None:
        return None
    if policy == "default":
        policy = "finish_previous" if is_notebook() else "return_previous"
    if policy == "return_previous":
        terminal.say(f"run {run.name} is already going on and is returned. For a new one: init(reinit='create_new')")
        return run
    if policy == "finish_previous":
        for earlier in lifetime.live():
            earlier.finish()
    return None


class _Starter:
    """One call of init(), from settings to a run."""

    def __init__(
        self, settings: Settings, redactor: Redactor, *, force: bool, total_steps: int, is_secondary: bool = False
    ) -> None:
        self._settings = settings
        self._redactor = redactor
        self._force = force
        self._total_steps = total_steps
        self._is_secondary = is_secondary
        self._began_at = time.monotonic()
        self._rank = distributed.detect()
        self._policy = settings.distributed
        self._primary_lock = -1
        self._target: Target | None = None
        try:
            self._here = Path.cwd()
        except OSError:
            self._here = Path("/")

    def start(self, entries: dict[str, Any]) -> Run:
        mode = self._mode()
        identity = self._identity()
        if mode == "disabled":
            run: Run = DisabledRun(identity, self._settings)
            run.config.update(entries)
            lifetime.enter(run)
            return run
        if mode != "offline":
            self._target = self._resolve()
        resume = self._settings.resume
        writer, identity = self._open(identity, resume)
        folder = RunFolder(writer.path.parent)
        recorder = Recorder(writer, sync_every=self._settings.durability == "row")
        run = Run(
            identity,
            self._settings,
            recorder,
            mode="offline" if self._target is None else "online",
            redactor=self._redactor,
            first_step=self._local_step(folder, writer) if resume else 0,
            total_steps=self._total_steps,
            allow_val_change=self._settings.allow_val_change,
        )
        run.config.update(entries)
        if resume and not entries:
            run.config.adopt(_local_config(folder, writer))
        info = self._start_info(identity, run.config.as_dict(), resume)
        i = identity
        recorder.append(Start(i.entity, i.project, i.run_id, i.writer, info, i.label, i.is_primary))
        recorder.set_move(lambda: self._move(run, info))
        run.config.persist()
        if self._total_steps:
            run.write(Progress(run.step, self._total_steps, time.time()))
        self._begin(run, folder)
        return run

    def _begin(self, run: Run, folder: RunFolder) -> None:
        """Start what runs beside the script, and wait for the first word of the server as long as that is reasonable."""
        # First of all: Ctrl-C from here on ends a run that is known, and so one that says its end.
        lifetime.enter(run)
        sender = Sender(folder, self._target, monitor_s=self._settings.monitor_s) if self._target is not None else None
        keeper = run.keeper = Keeper(run, interval_s=self._settings.flush_interval, sender=sender)
        keeper.start()
        if self._primary_lock >= 0:
            run.hold(self._primary_lock)
        if sender is None and not self._is_secondary:
            run.at_finish(OfflineMonitor(folder, monitor_s=self._settings.monitor_s).release)
        self._introduce(run, keeper, sender is not None)
        self._observe(run, keeper)

    def _observe(self, run: Run, keeper: Keeper) -> None:
        """Listen to the console, and look at the surroundings in the background, because git takes its time."""
        s = self._settings
        if s.console != "off":
            capture = console.ConsoleCapture(run.write, label=run.identity.label, redactor=self._redactor)
            console.start(capture, s.console)
            # After a cell IPython puts back the streams' write methods of before it, and so takes ours away.
            notebook.before_each_cell(run, console.listen_again)
            keeper.on_tick(capture.flush)
            run.at_finish(lambda: console.stop(capture))
        if not self._is_secondary:
            self._capture_code(run, keeper)
        if not self._is_secondary and (s.capture_environment or not s.disable_git):
            surroundings = threading.Thread(target=self._look_around, args=(run,), name="assay-environment", daemon=True)
            surroundings.start()
            run.at_finish(lambda: surroundings.join(timeout=5.0))

    def _capture_code(self, run: Run, keeper: Keeper) -> None:
        """Keep the main script or the cells, if that is asked for here or by the server once it has spoken."""
        from assay.sdk.code import CodeCapture

        s = self._settings
        capture = run.code = CodeCapture(
            run.keep_content,
            run.refuse,
            lambda facts: run.write(Environment(facts)),
            self._redactor,
            is_asked=s.save_code,
            is_disabled=s.disable_code,
        )
        capture.remember_main((_repository(self._here), self._here))
        notebook.attend(run, self._redactor, is_wanted=lambda: capture.wants_main)

        def keep(status: SyncStatus) -> None:
            capture.policy = status.code_saving
            if status.code_saving == "forbid" and s.save_code:
                run.refuse("code", "the server forbids to keep code (code_saving)")
            capture.keep_main()

        keeper.on_first_word(keep)
        # Without a server nobody else decides. With one, it is asked first, so that nothing forbidden lies about.
        if run.offline:
            capture.keep_main()
        else:
            run.at_finish(capture.keep_main)

    def _look_around(self, run: Run) -> None:
        s = self._settings
        try:
            if s.capture_environment:
                from assay.sdk import environment

                run.write(Environment(environment.read(self._redactor, variables=s.env_variables)))
                from assay.sdk import locks

                facts, files = locks.read(self._here)
                for name, content in files.items():
                    run.keep_content(name, content)
                if facts:
                    run.write(Environment({"locks": facts}))
            if not s.disable_git:
                from assay.sdk import git

                if (state := git.read(self._here, with_patch=not s.disable_code, redact=self._redactor.text)) is not None:
                    run.write(Environment({"git": state.facts}))
                    if state.patch:
                        run.keep_content("diff.patch", state.patch)
        except Exception as error:
            terminal.warn(f"The surroundings of the run were not recorded: {type(error).__name__}: {error}")

    def _introduce(self, run: Run, keeper: Keeper, is_online: bool) -> None:
        if not is_online:
            why = "mode is offline" if self._settings.mode == "offline" else "no server is set"
            terminal.say(f"run {run.name} is recorded offline ({why}). Send it later: assay sync {run.folder.path}")
            return
        must_know = self._settings.resume in {"must", "never"} and not self._is_secondary
        left_s = max(0.1, self._began_at + FIRST_WORD_S - time.monotonic())
        status = keeper.wait_for_first_word(ANSWER_S if must_know else left_s)
        if must_know:
            self._require(run, status)
        if status is not None and status.url:
            keeper.announce()
        else:
            assert self._target is not None
            reason = f" ({status.message})" if status is not None and status.message and status.state != "connecting" else ""
            terminal.say(f"run {run.name} is recorded in {run.folder.path}; connecting to {self._target.url}{reason}")

    def _require(self, run: Run, status: SyncStatus | None) -> None:
        """Raise unless the server has said that this run may go on."""
        if status is not None and status.url:
            return
        _withdraw(run)
        if status is not None and status.state == "refused":
            # The sender speaks of the journal as kept; this one was withdrawn.
            said = status.message.partition(" The journal is kept")[0]
            raise ResumeRefused(detail=f"{said} resume={self._settings.resume!r} was asked for, so nothing was started.")
        assert self._target is not None
        # Here too the sender speaks of data that is kept and sent later; and of the address, which is named anyway.
        said = status.message.partition(" Your data is safe")[0] if status is not None else ""
        said = said.removeprefix(f"Cannot reach {self._target.url} (").removesuffix(").")
        reason = said or f"no answer in {ANSWER_S:.0f} s"
        raise ServerUnreachable(
            url=self._target.url,
            reason=reason,
            safe=f"resume={self._settings.resume!r} needs its answer, so no run was started; resume='allow' goes on without.",
        )

    def _mode(self) -> str:
        mode: str = self._settings.mode
        if self._policy == "rank0" and self._rank is not None and not self._rank.is_primary:
            return "disabled"
        return mode

    def _resolve(self) -> Target | None:
        """The server to send to. A key that cannot be read is one that is missing: the training does not wait for it."""
        from assay.client.credentials import Credentials, CredentialsUnusable
        from assay.client.target import resolve

        given = (self._settings.base_url or None, self._settings.api_key or None)
        try:
            found = resolve(*given)
        except CredentialsUnusable as error:
            if self._force:
                raise
            terminal.warn(f"{error} This run goes on without it, and can be sent later")
            found = resolve(*given, stored=Credentials())
        if found is None and self._force:
            raise NotSignedIn(detail="init(force=True) needs a server, and none is set")
        return found

    def _identity(self) -> Identity:
        s = self._settings
        run_id = s.run_id or self._given_id()
        if not names.is_run_id(run_id):
            raise InvalidName(text=run_id, what="run id", expected="1 to 128 printable characters without / \\ # ? % :")
        if len(run_id.encode()) > _FOLDER_NAME_BYTES:
            raise InvalidName(text=run_id, what="run id that can name a folder", expected=f"at most {_FOLDER_NAME_BYTES} bytes")
        project = s.project or default_project()
        for what, text in (("project", project), ("entity", s.entity)):
            if text and not names.is_name(text):
                raise InvalidName(text=text, what=what, expected="1 to 128 of letters, digits, _ . -, not starting with a dot")
        name = names.without_turning(s.run_name)
        for what, text in (("run name", name), ("group", s.run_group), ("job type", s.run_job_type)):
            if text and not names.is_label(text):
                raise InvalidName(text=text[:300], what=what, expected=names.LABEL_FORM)
        if name != s.run_name:
            instead = f"it is called {name!r}" if name else "it gets one of two words and a number"
            terminal.warn(f"The run cannot be called {s.run_name!r}; {instead}. Expected {names.LABEL_FORM}.")
        group = s.run_group
        if self._policy == "all" and self._rank is not None and not group:
            group = f"{self._rank.launcher}-{self._rank.shared_id(project)}"
        pair = words.two_words()
        return Identity(
            run_id=run_id,
            writer="w" + os.urandom(4).hex(),
            entity=s.entity,
            project=project,
            name=name,
            words=words.offline_name(pair, run_id),
            notes=clean_notes(s.run_notes),
            tags=clean_tags(s.run_tags),
            group=group,
            job_type=s.run_job_type,
            label=_short(s.label) or (self._rank.label if self._rank is not None and self._rank.world_size > 1 else ""),
            rank=self._rank,
        )

    def _given_id(self) -> str:
        if self._policy == "shared" and self._rank is not None:
            if not self._rank.job:
                raise InvalidRequest(
                    detail="init(distributed='shared') cannot tell which processes belong together: "
                    "the launcher left no job id. Give all ranks one: assay.init(id=…) or ASSAY_RUN_ID."
                )
            return self._rank.shared_id(self._settings.project or default_project())
        if self._settings.resume == "auto" and (found := self._last_crashed()) is not None:
            return found
        return words.new_run_id()

    def _last_crashed(self) -> str | None:
        """The id of the newest run in the folder that neither goes on nor was finished."""
        project = self._settings.project or default_project()
        for folder in reversed(find_folders(_root(self._settings))):
            ends = [_ending(path) for path in folder.journals() if path.name.startswith("w")]
            if any(end == "running" for end in ends) or ends[-1:] == ["finished"]:
                continue
            start = _start_in(folder)
            if start is not None and start.project == project:
                return start.run_id
        return None

    def _folder(self, run_id: str) -> Path:
        """Where this run is kept."""
        return self._folder_in(_root(self._settings) / ".assay", run_id)

    def _folder_in(self, runs: Path, run_id: str) -> Path:
        """The run's folder in `runs`. Its name is the run's id, with the project where a run of another one has that folder: what
        lies in a folder is sent as one run."""
        project, name, number = self._settings.project or default_project(), run_id, 1
        while not _is_folder_of(RunFolder(runs / name), run_id, project, self._settings.entity):
            name = f"{run_id.encode()[:100].decode(errors='ignore')}@{project[:100]}" + (f"@{number}" if number > 1 else "")
            number += 1
        return runs / name

    def _folders(self, run_id: str) -> Iterator[Path]:
        """Where it may be kept, best first. The second is looked for when the first cannot be written."""
        yield self._folder(run_id)
        other = Path(self._settings.fallback_dir).expanduser().absolute() if self._settings.fallback_dir else _own_temp()
        if other is not None and other / ".assay" != _root(self._settings) / ".assay":
            yield self._folder_in(other / ".assay", run_id)

    def _open(self, identity: Identity, resume: str) -> tuple[JournalWriter, Identity]:
        folder = self._folder(identity.run_id)
        is_there = os.path.isdir(folder) and bool(RunFolder(folder).journals())  # noqa: PTH112 – one we may not look into is none
        if self._settings.resume == "never" and is_there and not self._is_secondary and not self._settings.distributed:
            raise ResumeRefused(detail=f"Run {identity.run_id!r} exists in {folder}, and resume='never' was asked for.")
        if resume == "must" and self._target is None and not is_there:
            raise ResumeRefused(
                detail=f"There is no run {identity.run_id!r} in {folder.parent}, and resume='must' was asked for."
            )
        head = Head(
            identity.writer, identity.run_id, identity.entity, identity.project, os.getpid(), os.uname().nodename, time.time()
        )
        writer, failures = open_journal(self._folders(identity.run_id), head)
        if writer is None:
            tried = "; ".join(f"{path}: {error.strerror}" for path, error in failures)
            raise RunFolderUnwritable(tried=tried)
        for path, error in failures:
            terminal.warn(f"Cannot write {path} ({error.strerror}); this run is kept in {writer.path.parent}")
        is_primary = self._take_primary(RunFolder(writer.path.parent))
        return writer, replace(identity, is_primary=is_primary)

    def _take_primary(self, folder: RunFolder) -> bool:
        """Whether this writer's end is the run's end: rank 0, or else the first of the processes that write it now."""
        if self._is_secondary:
            return False
        if self._rank is not None and self._policy == "shared":
            return self._rank.is_primary
        import fcntl

        try:
            fd = os.open(folder.path / "primary.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return True
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        except OSError:
            pass
        self._primary_lock = fd
        return True

    def _local_step(self, folder: RunFolder, writer: JournalWriter) -> int:
        """The step after the last durable row of the journals here."""
        others = [path for path in folder.journals() if path != writer.path and path.name.startswith("w")]
        return max(map(_last_step, others), default=-1) + 1

    def _start_info(self, identity: Identity, entries: dict[str, Any], resume: str) -> dict[str, Any]:
        s = self._settings
        start = RunStart(
            writer=identity.writer,
            name=identity.name,
            suggested_name=identity.words,
            notes=identity.notes,
            tags=list(identity.tags),
            group=identity.group,
            job_type=identity.job_type,
            config=entries,
            resume="allow" if resume == "auto" or self._is_secondary else resume,  # type: ignore[arg-type]
            created_at=identity.started_at,
            host=_short(s.host or os.uname().nodename),
            program=_short(self._redactor.text(s.program or program_name())),
            sdk_version=__version__,
            label=identity.label,
            rank=identity.rank.rank if identity.rank is not None else -1,
            world_size=identity.rank.world_size if identity.rank is not None else 0,
        )
        info: dict[str, Any] = msgspec.to_builtins(start)
        return {**info, "pid": os.getpid(), "pid_started_at": started_at(os.getpid())}

    def _move(self, run: Run, info: dict[str, Any]) -> JournalWriter | None:
        """The disk refuses: go on in the next folder as another writer of the same run. Raises OSError."""
        here = run.recorder.writer.path.parent
        folders = [*self._folders(run.id)]
        rest = folders[folders.index(here) + 1 :] if here in folders else []
        if not rest:
            return None
        old = run.identity
        name = "w" + os.urandom(4).hex()
        writer, _ = open_journal(rest, replace_head(run.recorder.writer.head, name))
        if writer is None:
            return None
        run.identity.writer = name
        label, is_primary = old.label, old.is_primary
        moved = {**info, "writer": name, "resume": "allow", "config": {}}
        writer.append(Start(old.entity, old.project, old.run_id, name, moved, label, is_primary))
        if self._target is not None and run.keeper is not None:
            sender = Sender(RunFolder(writer.path.parent), self._target, monitor_s=0)
            run.keeper.use_soon(sender)
        return writer


def _withdraw(run: Run) -> None:
    """Undo a start that the server refused: a journal that stayed would be refused again with every later run of this id."""
    if run.keeper is not None:
        run.keeper.discard()
        run.keeper = None
    run.end("failed", 1, is_quiet=True, wait_s=0.0)
    folder = run.folder
    run.recorder.writer.path.unlink(missing_ok=True)
    if not any(path.name.startswith("w") for path in folder.journals()):
        import shutil

        shutil.rmtree(folder.path, ignore_errors=True)


def _root(settings: Settings) -> Path:
    """The folder in which `.assay` is made."""
    root = Path(settings.dir or ".").expanduser()
    try:
        return root.absolute()
    except OSError:  # the working folder was deleted: then the next one is tried
        return root


def replace_head(head: Head, writer: str) -> Head:
    return Head(writer, head.run_id, head.entity, head.project, head.pid, head.host, time.time(), parent=head.writer)


def default_project() -> str:
    """The name of the git repository's folder; `uncategorized` outside of one."""
    try:
        here = Path.cwd()
    except OSError:
        return "uncategorized"
    for folder in (here, *here.parents):
        if _is_repository(folder):
            cleaned = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "-" for c in folder.name)[:128].lstrip(".")
            return cleaned if names.is_name(cleaned) else "uncategorized"
    return "uncategorized"


def _repository(here: Path) -> Path:
    """The root of the git repository that holds `here`, or `here`."""
    return next((folder for folder in (here, *here.parents) if _is_repository(folder)), here)


def _is_repository(folder: Path) -> bool:
    return os.path.exists(folder / ".git")  # noqa: PTH110 – of a folder that we may not look into pathlib would raise


def program_name() -> str:
    main = getattr(sys.modules.get("__main__"), "__spec__", None)
    if main is not None and main.name and not main.name.startswith("_"):
        return f"-m {main.name.removesuffix('.__main__')}"
    return sys.argv[0] if sys.argv else ""


def _short(text: str) -> str:
    """A word of the machine's own, such as a path, as the Start record can hold it: a file's name need not be valid Unicode."""
    return clean(text)[: limits.KEY_BYTES]


def is_notebook() -> bool:
    """Whether this is a Jupyter kernel."""
    return getattr(notebook.shell(), "kernel", None) is not None


def _own_temp() -> Path | None:
    """A folder in the temp folder that is this user's alone; None where somebody else made one of that name."""
    import tempfile

    try:
        path = Path(tempfile.gettempdir()) / f"assay-{os.getuid()}"
        path.mkdir(mode=0o700, exist_ok=True)
        info = path.lstat()
    except OSError:
        return None
    import stat

    return path if stat.S_ISDIR(info.st_mode) and info.st_uid == os.getuid() and not info.st_mode & 0o077 else None


def _ending(path: Path) -> str:
    """running, finished or crashed, by a journal's last record."""
    if is_written(path):
        return "running"
    tail = last_records(path, within=4096)
    if tail and isinstance(last := tail[-1][1], Finish):
        return "finished" if last.state == "finished" else "crashed"
    return "crashed"


def _last_step(path: Path) -> int:
    """The highest step of a journal's last rows; −1 without any. What was printed after them may be long: then more is read."""
    within, count = 64 * limits.KIB, -1
    while True:
        found = last_records(path, within=within)
        steps = [record.step for _, record in found if isinstance(record, Row)]
        is_all = len(found) == count and within >= max(path.stat().st_size, limits.FRAME_BYTES)
        if steps or is_all:
            return max(steps, default=-1)
        within, count = 8 * within, len(found)


def _start_of(path: Path) -> Start | None:
    try:
        with JournalReader(path, skip_damage=True) as reader:
            first = first_record(reader)
    except (OSError, PublicError):
        return None
    return first if isinstance(first, Start) else None


def _place_of(run_id: str, root: Path, project: str) -> dict[str, str]:
    """Project and entity of the run of that id that is being written below `root`; where several are, of the one in `project`."""
    found: list[Start] = []
    for folder in find_folders(root):
        start = _start_in(folder)
        if start is not None and start.run_id == run_id and any(is_written(path) for path in folder.journals()):
            found.append(start)
    found.sort(key=lambda start: start.project == project)
    return {"project": found[-1].project, "entity": found[-1].entity} if found else {}


def _start_in(folder: RunFolder) -> Start | None:
    """What the first journal there that can be read says of its run."""
    return next((start for path in folder.journals() if (start := _start_of(path)) is not None), None)


def _is_folder_of(folder: RunFolder, run_id: str, project: str, entity: str) -> bool:
    """Whether the folder is that run's, or nobody's yet."""
    start = _start_in(folder) if os.path.isdir(folder.path) else None  # noqa: PTH112 – one we may not look into is none
    if start is None:
        return True
    is_of_entity = not entity or not start.entity or start.entity == entity
    return start.run_id == run_id and start.project == project and is_of_entity


def _local_config(folder: RunFolder, writer: JournalWriter) -> dict[str, Any]:
    """The config that the first writer here started from."""
    for path in folder.journals():
        if path != writer.path and (start := _start_of(path)) is not None and start.is_primary:
            found = start.info.get("config", {})
            return found if isinstance(found, dict) else {}
    return {}
