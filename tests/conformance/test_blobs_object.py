"""The bucket adapter keeps every promise of BlobStore on three real stores. Without their programs the tests are skipped."""

from __future__ import annotations

import errno
import io
import secrets
import tempfile
import urllib.error
import urllib.request
from typing import Any

import pytest

from assay.server.adapters.blobs_object import Bucket, ObjectBlobStore, open_bucket, open_team_bucket
from assay.server.domain.errors import StoreRefused, StoreUnreachable
from assay.testing.conformance.blobs import BlobStoreSuite, digest_of, put
from assay.wire.errors import InvalidRequest, StorageFull
from tests.infra import object_stores
from tests.infra.faulty_proxy import FaultyProxy
from tests.infra.object_stores import RunningStore

pytest.importorskip("obstore")
LONG = bytes(range(256)) * 70_000  # 18 MB: it goes up in parts

S3_KEYS = {"access_key_id": object_stores.KEY_ID, "secret_access_key": object_stores.SECRET, "region": "us-east-1"}
AZURE_KEYS = {"account_name": object_stores.AZURE_ACCOUNT, "account_key": object_stores.AZURE_KEY}


def fresh(scheme: str, running: RunningStore, **keys: Any) -> ObjectBlobStore:
    """A prefix of its own in the running store's bucket."""
    return ObjectBlobStore(open_bucket(f"{scheme}://{running.bucket}/{secrets.token_hex(4)}", endpoint=running.endpoint, **keys))


TEAM_S3_KEYS = {"access_key_id": object_stores.KEY_ID, "secret_access_key": object_stores.SECRET}


def of_a_team(scheme: str, running: RunningStore, keys: dict[str, str], region: str = "") -> ObjectBlobStore:
    """A team's own bucket, in a folder of its own."""
    return ObjectBlobStore(
        open_team_bucket(
            f"{scheme}://{running.bucket}/teams", keys, endpoint=running.endpoint, region=region,
            folder=f"assay-{secrets.token_hex(4)}", direct=True, proxy="",
        )
    )  # fmt: skip


def request(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    told = {"Content-Type": "application/octet-stream", **(headers or {})} if body is not None else headers or {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, told, method=method), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


class ObjectSuite(BlobStoreSuite):
    def test_a_long_content_goes_up_in_parts(self, store: ObjectBlobStore) -> None:
        digest = put(store, LONG)
        assert store.size("ann", digest) == len(LONG)
        assert b"".join(store.read("ann", digest, 17_000_000, 17_000_010)) == LONG[17_000_000:17_000_010]

    def test_an_object_that_was_changed_in_the_bucket_is_found(self, store: ObjectBlobStore) -> None:
        digest = put(store, b"one")
        assert store.verify() == []
        store._store.put(store._key("ann", digest), b"two")
        store._store.put("odd", b"")
        found = sorted(store.verify())
        assert len(found) == 2
        assert "is damaged" in "".join(found)
        assert "is not a content" in "".join(found)

    def test_a_full_disk_on_the_way_to_the_bucket_is_told_as_such(
        self, store: ObjectBlobStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Full(io.BytesIO):
            def write(self, _: Any) -> int:
                raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(tempfile, "SpooledTemporaryFile", lambda _: Full())
        with pytest.raises(StorageFull, match=tempfile.gettempdir()):
            put(store, b"one")
        monkeypatch.undo()
        assert not store.has("ann", digest_of(b"one"))


class SigningSuite(ObjectSuite):
    def test_a_signed_address_reads_and_writes_one_content_and_nothing_else(self, store: ObjectBlobStore) -> None:
        digest, other = digest_of(b"direct"), put(store, b"other")
        where = store.signed_url("PUT", "ann", digest, 60)
        status, said = request("PUT", where, b"direct", dict(store.put_headers))
        assert status in {200, 201}, said
        assert b"".join(store.read("ann", digest)) == b"direct"
        assert request("GET", store.signed_url("GET", "ann", digest, 60)) == (200, b"direct")
        assert request("GET", where)[0] in {403, 401}
        name = digest.partition(":")[2][2:]
        moved = store.signed_url("GET", "ann", digest, 60).replace(name, other.partition(":")[2][2:])
        assert request("GET", moved)[0] in {403, 404}


class TestOnS3(SigningSuite):
    @pytest.fixture
    def store(self, s3: RunningStore) -> ObjectBlobStore:
        return fresh("s3", s3, **S3_KEYS)

    def test_keys_that_are_revoked_are_told_plainly(self, s3: RunningStore) -> None:
        store = fresh("s3", s3, **{**S3_KEYS, "secret_access_key": "another"})
        with pytest.raises(StoreRefused, match="everything else keeps working"):
            store.put("ann", digest_of(b"one"), io.BytesIO(b"one"), 3)
        with pytest.raises(StoreRefused) as told:
            store.check()
        assert "another" not in str(told.value)
        assert object_stores.KEY_ID not in str(told.value)

    def test_a_page_that_something_else_answers_in_its_place_is_no_content(self, s3: RunningStore) -> None:
        with FaultyProxy(s3.endpoint) as proxy:
            store = fresh("s3", RunningStore(proxy.url, s3.bucket), **S3_KEYS)
            for data in (b"one", LONG):
                digest = put(store, data)
                proxy.matches = lambda line: line.startswith("GET ")
                proxy.plan.append("captive")
                with pytest.raises(StoreUnreachable, match="than the [0-9]+ bytes asked for"):
                    b"".join(store.read("ann", digest))
                assert b"".join(store.read("ann", digest)) == data

    def test_a_teams_own_bucket_is_opened_with_its_keys_alone(self, s3: RunningStore, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, value in (("SESSION_TOKEN", "x"), ("ENDPOINT", "http://127.0.0.1:1"), ("SKIP_SIGNATURE", "true")):
            monkeypatch.setenv(f"AWS_{name}", value)
        store = of_a_team("s3", s3, TEAM_S3_KEYS, region="us-east-1")
        digest = put(store, b"theirs")
        assert request("GET", store.signed_url("GET", "ann", digest, 60)) == (200, b"theirs")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", object_stores.KEY_ID)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", object_stores.SECRET)
        with pytest.raises(StoreRefused):
            of_a_team("s3", s3, {**TEAM_S3_KEYS, "secret_access_key": "another"}, region="us-east-1").check()


class TestOnAzure(SigningSuite):
    @pytest.fixture
    def store(self, azure: RunningStore) -> ObjectBlobStore:
        return fresh("az", azure, **AZURE_KEYS)

    def test_a_teams_own_container_is_opened_with_its_keys_alone(
        self, azure: RunningStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in (("ACCOUNT_NAME", "other"), ("ACCOUNT_KEY", "bm9uZQ=="), ("SAS_KEY", "sv=1"), ("TOKEN", "t")):
            monkeypatch.setenv(f"AZURE_STORAGE_{name}", value)
        keys = {"account_name": object_stores.AZURE_ACCOUNT, "account_key": object_stores.AZURE_KEY}
        store = of_a_team("az", azure, keys)
        digest = put(store, b"theirs")
        assert request("GET", store.signed_url("GET", "ann", digest, 60)) == (200, b"theirs")
        monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", object_stores.AZURE_KEY)
        with pytest.raises(StoreRefused):
            of_a_team("az", azure, {**keys, "account_key": "bm9uZQ=="}).check()
        with pytest.raises(StoreUnreachable, match="no such bucket|ContainerNotFound"):
            of_a_team("az", RunningStore(azure.endpoint, "nothing"), keys).check()

    def test_a_container_that_is_gone_is_told_as_such_and_not_as_a_content_that_is(self, azure: RunningStore) -> None:
        store, digest = ObjectBlobStore(open_bucket("az://nothing", endpoint=azure.endpoint, **AZURE_KEYS)), digest_of(b"one")
        for ask in (
            lambda: store.put("ann", digest, io.BytesIO(b"one"), 3),
            lambda: store.put_many("ann", [(digest, b"one")]),
            lambda: store.size("ann", digest),
            lambda: b"".join(store.read("ann", digest)),
        ):
            with pytest.raises(StoreUnreachable, match="no such bucket|ContainerNotFound"):
                ask()


class TestOnGcs(ObjectSuite):
    """The emulator has neither signatures nor parts, and the bucket declares it."""

    @pytest.fixture
    def store(self, gcs: RunningStore) -> ObjectBlobStore:
        return fresh("gs", gcs)


def test_a_store_that_is_away_is_told_as_away() -> None:
    from datetime import timedelta

    from obstore.store import S3Store

    [port] = object_stores.free_ports(1)
    quick = {"max_retries": 0, "retry_timeout": timedelta(seconds=1)}
    client = {"allow_http": True}
    bucket = S3Store("b", endpoint=f"http://127.0.0.1:{port}", retry_config=quick, client_options=client, **S3_KEYS)  # type: ignore[arg-type]
    with pytest.raises(StoreUnreachable, match="no connection"):
        ObjectBlobStore(Bucket("s3://b", bucket, can_sign=True)).has("ann", digest_of(b""))


@pytest.mark.parametrize("address", ["", "bucket", "file:///tmp", "s3://", "http://host/bucket", "s3://b?x=1"])
def test_an_address_that_names_no_bucket_is_refused(address: str) -> None:
    with pytest.raises(InvalidRequest, match="names no bucket"):
        open_bucket(address)
