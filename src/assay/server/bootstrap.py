"""The only module that names concrete stores: opens a data folder, builds the services, runs the server on it."""

from __future__ import annotations

import contextlib
import errno
import gc
import getpass
import logging
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

from assay.server import blob_place, memory
from assay.server.blob_place import BlobPlace
from assay.server.data_folder import DataFolder
from assay.server.domain.accounts import SYSTEM, User
from assay.server.domain.buckets import TeamBucket
from assay.server.domain.networks import is_loopback
from assay.server.ports.blobs import BlobStore
from assay.server.ports.mail import Mailer
from assay.server.services.backups import BackupService
from assay.server.services.catalog import Catalog
from assay.server.services.sealing import Seal
from assay.server.services.stores import Stores
from assay.server.settings import DEFAULT_PORT, Settings
from assay.wire.errors import InvalidRequest, NotSignedIn, Unavailable
from assay.wire.messages.runs import CodeSaving

if TYPE_CHECKING:
    from assay.server.adapters.blobs_object import Gate, ObjectBlobStore

STATIC = Path(__file__).parent / "static"
_STOP_S = 4  # seconds open requests get when the server is asked to stop
_NEXT_PORTS = 50


def open_stores(folder: DataFolder, now: Callable[[], float] = time.time) -> Stores:
    """The embedded stores of a data folder, made where they do not exist."""
    from assay.server.adapters.bus_local import LocalEventBus
    from assay.server.adapters.metadata_sql import SqlMetadataStore
    from assay.server.adapters.metrics_segment import SegmentMetricStore

    metadata = SqlMetadataStore(folder.metadata)
    try:
        metrics = SegmentMetricStore(folder.metrics)
    except BaseException:
        metadata.close()
        raise
    return Stores(metadata, metrics, open_blobs(folder.blobs), LocalEventBus(), now)


def open_blobs(folder: Path) -> BlobStore:
    """The store that the folder says its contents are in. A bucket is asked for a listing, so that a wrong key is told at once.
    Raises InvalidRequest, and what a bucket says."""
    place = blob_place.read(folder)
    if not place.address:
        from assay.server.adapters.blobs_file import FileBlobStore

        return FileBlobStore(folder)
    store = _bucket_of(place)
    try:
        store.check()
    except Unavailable as error:
        # Runs and charts need no bucket: they go on without it, and whoever wants a content is told.
        logging.getLogger("assay.server").error("%s", error)
    return store


def _bucket_of(place: BlobPlace) -> ObjectBlobStore:
    """Nothing is asked of the bucket yet. Raises InvalidRequest."""
    from assay.server.adapters.blobs_object import ObjectBlobStore, open_bucket

    return ObjectBlobStore(open_bucket(place.address, endpoint=place.endpoint, direct=place.direct))


def open_team_bucket(row: TeamBucket, keys: Mapping[str, str], is_quick: bool) -> BlobStore:
    """A store on a team's own bucket; quick: one that soon gives up. An endpoint that no admin of this server named is reached
    through a gate that leads to public networks only. Raises InvalidRequest."""
    from assay.server.adapters.blobs_object import ObjectBlobStore
    from assay.server.adapters.blobs_object import open_team_bucket as open_bucket

    proxy = _gate().url if row.endpoint and not row.is_trusted else ""
    return ObjectBlobStore(
        open_bucket(
            row.address, keys, endpoint=row.endpoint, region=row.region, folder=row.folder, direct=row.is_direct, proxy=proxy,
            quick=is_quick,
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _gate() -> Gate:
    from assay.server.adapters.blobs_object import Gate

    return Gate()


def copy_blobs(folder: DataFolder, target: Path) -> None:
    """Copy the blobs. They never change once they have their name, and what is still arriving lies apart. Contents in a bucket
    stay there, under its own versions and backups; the copy says where."""
    shutil.copytree(folder.blobs, target, ignore=shutil.ignore_patterns(".incoming"), dirs_exist_ok=True)


def close_stores(stores: Stores) -> None:
    stores.bus.close()
    stores.metrics.close()
    stores.metadata.close()


@contextmanager
def open_catalog(
    folder: DataFolder,
    *,
    exclusive: bool = True,
    code_saving: CodeSaving = "allow",
    any_bucket_host: bool = False,
    mailer: Mailer | None = None,
    public_url: str = "",
    place: BlobPlace | None = None,
) -> Iterator[Catalog]:
    """The services on a folder. `exclusive`: raises DataFolderInUse while a server runs on it. `place`: where its contents shall
    be, which is written down only once the folder is ours; raises InvalidRequest if they are somewhere else already."""
    folder.make()
    if exclusive:
        folder.lock()
    try:
        if place is not None:
            if place.address:
                _bucket_of(place)  # an address that no bucket has, or a lacking library, is told before anything is written down
            blob_place.settle(folder.blobs, place)
        stores = open_stores(folder)
        try:
            backups = BackupService(stores, folder.backups, lambda target: copy_blobs(folder, target))
            yield Catalog(
                stores, backups=backups, code_saving=code_saving, cache=folder.cache, open_bucket=open_team_bucket,
                seal=Seal(folder.bucket_key), any_bucket_host=any_bucket_host, mailer=mailer, public_url=public_url,
            )  # fmt: skip
        finally:
            close_stores(stores)
    finally:
        folder.release()


@contextmanager
def open_metadata_catalog(path: Path) -> Iterator[Catalog]:
    """Services for accounts, teams with their buckets and the audit log, also beside a running server: only the metadata database
    is opened, and it may be shared. Services that touch metrics or files must not be called. Raises SchemaInUse beside a running
    server of an older version."""
    from assay.server.adapters.metadata_sql import SqlMetadataStore

    folder = DataFolder(path)
    folder.make()
    metadata = SqlMetadataStore(folder.metadata, is_in_use=folder.is_locked())
    try:
        stores = Stores(metadata, None, None, None, time.time)  # type: ignore[arg-type]
        yield Catalog(stores, open_bucket=open_team_bucket, seal=Seal(folder.bucket_key))
    finally:
        metadata.close()


def open_mailer(settings: Settings) -> Mailer | None:
    """What sends mails, None where no server for them is set. Raises InvalidRequest for settings that cannot be right."""
    if not settings.smtp:
        return None
    from assay.server.adapters.mail_smtp import SmtpMailer

    return SmtpMailer(settings.smtp, settings.mail_from, settings.smtp_user, settings.smtp_password)


@dataclass(frozen=True, slots=True)
class Started:
    """What a person is told: where to go. `link` signs in once."""

    url: str
    link: str
    data: Path
    is_open_to_others: bool
    has_application: bool
    moved_from_port: int


def serve(settings: Settings, announce: Callable[[Started], None]) -> None:
    """Run until SIGTERM, SIGINT or SIGHUP; `announce` is called when requests are answered."""
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr
    )
    memory.keep_freed()
    folder = DataFolder(settings.data)
    any_host = settings.team_bucket_hosts == "any"
    with open_catalog(
        folder,
        code_saving=settings.code_saving,
        any_bucket_host=any_host,
        mailer=open_mailer(settings),
        public_url=settings.public_url,
        place=BlobPlace(settings.blobs, settings.blobs_endpoint, settings.blobs_direct == "yes"),
    ) as catalog:
        admin = catalog.accounts.first_admin(user_name())
        if not is_loopback(settings.host):
            _require_password(catalog, settings)
        listener, moved_from = listen(settings.host, settings.port)
        with contextlib.closing(listener):
            _run(settings, folder, catalog, admin, listener, moved_from, announce)


def _run(
    settings: Settings, folder: DataFolder, catalog: Catalog, admin: User, listener: socket.socket, moved_from: int,
    announce: Callable[[Started], None],
) -> None:  # fmt: skip
    import asyncio

    import uvicorn

    from assay.server.api.app import build
    from assay.server.api.long_bodies import HttpProtocol
    from assay.server.api.static import StaticFiles
    from assay.server.workers.clockwork import Clockwork
    from assay.server.workers.tasks import bucket_tasks, tasks

    static = StaticFiles(STATIC)
    app = build(catalog, _hosts(settings), static)
    url = _url(settings.host, listener.getsockname()[1])
    # Two, because what asks buckets may wait for them, and signs of life must not.
    workers = [Clockwork(tasks(catalog, settings.trash_days)), Clockwork(bucket_tasks(catalog))]

    def ready() -> None:
        key = _own_key(catalog, admin, folder)
        folder.write_note(url, key)
        link = f"{url}/#link={catalog.accounts.new_link(SYSTEM, admin.username)}"
        announce(Started(url, link, settings.data, not is_loopback(settings.host), static.has_application, moved_from))

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            pool = ThreadPoolExecutor(settings.threads, thread_name_prefix="assay")
            # All of them now: Python waits for a thread to say that it runs, and one that is started when there is no memory left
            # never does, which would hold up every request for ever.
            all_run = Barrier(settings.threads + 1)
            for _ in range(settings.threads):
                pool.submit(all_run.wait)
            all_run.wait()
            asyncio.get_running_loop().set_default_executor(pool)
            await super().startup(sockets)
            await asyncio.to_thread(ready)
            # What is there by now stays: looking through it for garbage again and again would hold up every request.
            gc.collect()
            gc.freeze()
            memory.give_back()

        def handle_exit(self, sig: int, frame: Any) -> None:
            app.close_streams()  # browsers hold theirs open for ever; stopping must not wait for them
            super().handle_exit(sig, frame)

    server = Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            http=HttpProtocol,
            ws="none",
            loop="uvloop",
            server_header=False,
            date_header=True,
            proxy_headers=bool(settings.trusted_proxy),
            forwarded_allow_ips=list(settings.trusted_proxy),
            timeout_graceful_shutdown=_STOP_S,
            timeout_keep_alive=75,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )
    for worker in workers:
        worker.start()
    try:
        # uvicorn heeds two of them while it runs, and raises what it got again when it has stopped; for us a stop that was asked
        # for is a clean end, also before uvicorn listens. A terminal that is closed asks for one, unless nohup ignores that.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, server.handle_exit)
        server.run(sockets=[listener])
    finally:
        for worker in workers:
            worker.stop()
        catalog.thumbnails.close()
        catalog.ingest.save_heartbeats()
        folder.remove_note()


def listen(host: str, port: int) -> tuple[socket.socket, int]:
    """(a bound socket, the port that was taken already or 0). Port 0: 8080 or the next free one; -1: any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = [DEFAULT_PORT + n for n in range(_NEXT_PORTS)] if port == 0 else [max(port, 0)]
    for candidate in wanted:
        listener = socket.socket(family, socket.SOCK_STREAM)
        # Lets a restart take the address while old connections fade; another server's listening port is still refused.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(1024)
        except (OSError, UnicodeError) as error:  # a name that is none in the domain name system is no OSError
            listener.close()
            reason = error.strerror if isinstance(error, OSError) else str(error)
            is_of_port = isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES)
            if not is_of_port:
                detail = f"Cannot listen on {host}: {reason}. Give an address of this machine with --host"
                raise InvalidRequest(detail=detail) from error
            if candidate == wanted[-1]:
                detail = f"Cannot listen on {host} port {candidate}: {reason}. Give another with --port (0 picks one)"
                raise InvalidRequest(detail=detail) from error
            continue
        return listener, DEFAULT_PORT if port == 0 and candidate != DEFAULT_PORT else 0
    raise AssertionError(wanted)


def renew_own_key(catalog: Catalog, folder: DataFolder) -> bool:
    """Give the same user's programs another key if theirs was revoked; answers whether it was."""
    kept = folder.read_own_key()
    if not kept:
        return False
    with contextlib.suppress(NotSignedIn):
        catalog.accounts.by_key(kept)
        return False
    folder.renew_note(_own_key(catalog, catalog.accounts.first_admin(user_name()), folder))
    return True


def _own_key(catalog: Catalog, admin: User, folder: DataFolder) -> str:
    """The key for the same user's programs: the last server's while it is good, for what they still send must get in."""
    kept = folder.read_own_key()
    with contextlib.suppress(NotSignedIn):
        if kept and catalog.accounts.by_key(kept).user_id == admin.id:
            return kept
    key = catalog.accounts.new_key_for(SYSTEM, admin.username, "this machine").secret
    folder.write_own_key(key)
    return key


def _hosts(settings: Settings) -> frozenset[str]:
    names = {*settings.allow_host}
    if is_loopback(settings.host):
        names |= {"127.0.0.1", "localhost", "[::1]"}
    elif settings.host in ("0.0.0.0", "::"):  # noqa: S104
        names |= {"127.0.0.1", "localhost", "[::1]", socket.gethostname().lower(), *_own_addresses()}
    names.add(f"[{settings.host}]" if ":" in settings.host else settings.host.lower())
    return frozenset(names)


def _own_addresses() -> set[str]:
    """Addresses of this machine: a page cannot rebind a name to one without the Host still being the name."""
    import psutil

    found = set()
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family == socket.AF_INET:
                found.add(address.address)
            elif address.family == socket.AF_INET6:
                found.add(f"[{address.address.partition('%')[0]}]")
    return found


def _require_password(catalog: Catalog, settings: Settings) -> None:
    if not any(user.is_admin and user.password_hash for user in catalog.accounts.users(SYSTEM)):
        raise InvalidRequest(
            detail=f"Listening on {settings.host} lets other machines in, and no admin has a password yet. Start once without "
            "--host, sign in by the link, set a password, then start again"
        )


def _url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return os.environ.get("USER") or "admin"
