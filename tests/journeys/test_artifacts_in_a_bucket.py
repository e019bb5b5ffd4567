"""A server whose contents are in an S3 bucket: bytes go past the server, keys stay in it, a bucket that is gone is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import assay
from assay.client.publish import Progress
from assay.sdk.query import Api
from assay.testing.servers import RunningServer
from assay.wire import limits
from assay.wire.errors import PublicError
from tests.infra import object_stores
from tests.infra.object_stores import RunningStore

pytest.importorskip("obstore")


def server_on(s3: RunningStore, data: Path, secret: str = object_stores.SECRET) -> RunningServer:
    return RunningServer(
        data,
        environment={
            "ASSAY_SERVER_BLOBS": f"s3://{s3.bucket}/{data.parent.name}", "ASSAY_SERVER_BLOBS_ENDPOINT": s3.endpoint,
            "AWS_ACCESS_KEY_ID": object_stores.KEY_ID, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "us-east-1",
        },
    )  # fmt: skip


@pytest.fixture
def api_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(tmp_path / "cache"))
    return lambda server: Api({"base_url": server.url, "project": "p"}, api_key=server.key, timeout=2)


def test_contents_go_to_the_bucket_and_come_from_it(s3: RunningStore, api_of: object, tmp_path: Path) -> None:
    server = server_on(s3, tmp_path / "data")
    server.start()
    try:
        api: Api = api_of(server)  # type: ignore[operator]
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "big.bin").write_bytes(content := os.urandom(2 * limits.BLOCK_BYTES + 3))
        for number in range(20):
            (tmp_path / "d" / f"{number}.txt").write_text(f"{number}" * (number * 10_000))
        artifact = assay.Artifact("in-bucket", "dataset")
        artifact.add_dir(tmp_path / "d", policy="immutable")
        first, second = Progress(), Progress()
        artifact.publish(api, progress=first)
        again = assay.Artifact("in-bucket", "dataset")
        again.add_dir(tmp_path / "d", policy="immutable")
        again.publish(api, progress=second)
        assert (again.version, second.sent) == ("v0", 0)
        assert first.sent > 2 * limits.BLOCK_BYTES
        artifact.download(tmp_path / "out")
        artifact.verify(tmp_path / "out")
        with artifact.get_entry("big.bin").open() as file:
            file.seek(limits.BLOCK_BYTES - 1)
            assert file.read(2) == content[limits.BLOCK_BYTES - 1 : limits.BLOCK_BYTES + 1]
        in_folder = [path for path in (server.data / "blobs").rglob("*") if path.is_file()]
        assert [path.name for path in in_folder] == ["place.json"]
        assert object_stores.SECRET not in server.output
    finally:
        server.stop()


def test_a_bucket_whose_keys_are_revoked_is_told_and_the_rest_works(s3: RunningStore, api_of: object, tmp_path: Path) -> None:
    server = server_on(s3, tmp_path / "data", secret="revoked")
    server.start()
    try:
        api: Api = api_of(server)  # type: ignore[operator]
        assert "refuses this server" in server.output
        artifact = assay.Artifact("a", "dataset")
        with artifact.new_file("f") as file:
            file.write("x")
        with pytest.raises(PublicError):
            artifact.publish(api)
        assert list(api.projects()) is not None
    finally:
        server.stop()


def test_a_server_that_is_told_another_place_does_not_start(s3: RunningStore, api_of: object, tmp_path: Path) -> None:
    server = server_on(s3, tmp_path / "data")
    server.start()
    server.stop()
    elsewhere = RunningServer(tmp_path / "data")
    with pytest.raises(AssertionError, match="Nothing was moved or lost"):
        elsewhere.start()
