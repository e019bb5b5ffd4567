"""A team's own bucket on real stores: what goes there, what others see of it, what happens when it refuses, and the way back."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

import assay
from assay.sdk.query import Api
from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM
from assay.testing.servers import RunningServer
from assay.wire import limits
from assay.wire.errors import PublicError
from tests.infra import object_stores
from tests.infra.faulty_proxy import FaultyProxy
from tests.infra.object_stores import RunningStore

pytest.importorskip("obstore")
pytest.importorskip("cryptography")

S3 = {"access_key_id": object_stores.KEY_ID, "secret_access_key": object_stores.SECRET}
AZURE = {"account_name": object_stores.AZURE_ACCOUNT, "account_key": object_stores.AZURE_KEY}
ACCOUNT = {"type": "service_account", "client_email": "a@b", "private_key": "a-private-key", "private_key_id": "1"}
GCS = {"service_account": json.dumps(ACCOUNT)}
S3_VARIABLES = {"AWS_ACCESS_KEY_ID": object_stores.KEY_ID, "AWS_SECRET_ACCESS_KEY": object_stores.SECRET}


@dataclass
class Town:
    """A server with the teams `red` and `blue`, each with an admin; `red` has a member besides."""

    server: RunningServer
    keys: dict[str, str]

    def client(self, person: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.keys[person]}"}
        return httpx.Client(base_url=self.server.url, headers=headers, timeout=60, trust_env=False)

    def api(self, person: str, team: str) -> Api:
        return Api({"base_url": self.server.url, "entity": team, "project": "p"}, api_key=self.keys[person], timeout=2)

    def command(self, *words: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """`assay server team bucket …` on the server's machine."""
        command = [sys.executable, "-m", "assay", "server", "team", "bucket", *words, "--data", str(self.server.data)]
        environment = {**self.server.environment, **more}
        return subprocess.run(command, env=environment, input=stdin, capture_output=True, text=True, timeout=120)

    def in_own_place(self) -> list[Path]:
        return [path for path in (self.server.data / "blobs").rglob("*") if path.is_file() and path.name != "place.json"]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(tmp_path / "cache"))
    server = RunningServer(tmp_path / "data", environment={"ASSAY_SERVER_TEAM_BUCKET_HOSTS": "any"})
    with open_metadata_catalog(server.data) as catalog:
        catalog.accounts.first_admin("root")
        keys = {}
        for team in ("red", "blue"):
            catalog.teams.add(SYSTEM, team)
        for person, team, role in (("rita", "red", "admin"), ("mel", "red", "member"), ("bob", "blue", "admin")):
            catalog.accounts.add_user(SYSTEM, person)
            catalog.teams.set_member(SYSTEM, team, person, role)  # type: ignore[arg-type]
            keys[person] = catalog.accounts.new_key_for(SYSTEM, person, "test").secret
    server.start()
    try:
        yield Town(server, keys)
    finally:
        server.stop()


def wanted(scheme: str, store: RunningStore, folder: str, keys: dict[str, str], endpoint: str = "") -> dict[str, Any]:
    region = "us-east-1" if scheme == "s3" else ""
    address = f"{scheme}://{store.bucket}/{folder}"
    return {"address": address, "endpoint": endpoint or store.endpoint, "region": region, "keys": keys}


def publish(api: Api, name: str, files: dict[str, bytes], tmp_path: Path) -> assay.Artifact:
    folder = tmp_path / f"of-{name}"
    folder.mkdir(exist_ok=True)
    for path, data in files.items():
        (folder / path).write_bytes(data)
    artifact = assay.Artifact(name, "dataset")
    artifact.add_dir(folder, policy="immutable")
    artifact.publish(api)
    return artifact


def downloaded(api: Api, name: str, target: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """As another machine does, which has nothing in its cache."""
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(target.parent / f"cache-of-{target.name}"))
    folder = Path(api.artifact(f"{name}:latest").download(target))
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def s3_objects(store: RunningStore, folder: str) -> list[str]:
    from obstore.store import S3Store

    root = S3Store(
        store.bucket, endpoint=store.endpoint, access_key_id=object_stores.KEY_ID, secret_access_key=object_stores.SECRET,
        region="us-east-1", client_options={"allow_http": True},
    )  # fmt: skip
    return [str(meta["path"]) for page in root.list(folder) for meta in page]


@pytest.mark.parametrize(("kind", "keys"), [("s3", S3), ("az", AZURE), ("gs", GCS)])
def test_contents_of_the_team_go_to_its_bucket(
    request: pytest.FixtureRequest, town: Town, kind: str, keys: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store: RunningStore = request.getfixturevalue({"s3": "s3", "az": "azure", "gs": "gcs"}[kind])
    files = {"big.bin": os.urandom(limits.BLOCK_BYTES + 3), "small.txt": b"small"}
    publish(town.api("mel", "red"), "early", {"a.txt": b"early"}, tmp_path)
    before = town.in_own_place()
    with town.client("rita") as rita:
        answer = rita.put("/api/v1/teams/red/bucket", json=wanted(kind, store, tmp_path.name, keys))
        assert answer.status_code == 200, answer.text
        check = rita.post("/api/v1/teams/red/bucket/check").json()
        assert check["is_fine"], check
        assert [step["what"] for step in check["steps"] if not step["is_fine"]] == (["sign"] if kind == "gs" else [])
    publish(town.api("mel", "red"), "data", files, tmp_path)
    publish(town.api("bob", "blue"), "theirs", {"b.txt": b"blue"}, tmp_path)
    fresh = [path for path in town.in_own_place() if path not in before]
    assert {path.relative_to(town.server.data / "blobs").parts[0] for path in fresh} == {f"entity-{entity_of(town, 'blue')}"}
    if kind == "s3":
        spaces = [path.split("/")[2] for path in s3_objects(store, tmp_path.name)]
        assert sorted(spaces) == ["bucket-1"] * 4 + ["mark"]  # two blocks, a small content, the list of files
    assert downloaded(town.api("mel", "red"), "data", tmp_path / "out", monkeypatch) == files
    assert downloaded(town.api("mel", "red"), "early", tmp_path / "out-early", monkeypatch) == {"a.txt": b"early"}
    assert downloaded(town.api("bob", "blue"), "theirs", tmp_path / "out-theirs", monkeypatch) == {"b.txt": b"blue"}
    secrets = [value for name, value in keys.items() if name not in {"access_key_id", "account_name"}] + ["a-private-key"]
    told = town.server.output + answer.text + audit(town)
    assert not any(secret in told for secret in secrets)
    database = b"".join(path.read_bytes() for path in town.server.data.glob("metadata.db*"))
    assert not any(secret.encode() in database for secret in secrets)


def entity_of(town: Town, name: str) -> int:
    with open_metadata_catalog(town.server.data) as catalog, catalog.stores.metadata.read() as unit:
        found = unit.teams.entity(name)
        assert found is not None
        return found.id


def audit(town: Town) -> str:
    headers = {"authorization": f"Bearer {town.server.key}"}
    return httpx.get(f"{town.server.url}/api/v1/audit", headers=headers, trust_env=False).text


def test_a_bucket_that_refuses_is_named_and_everything_else_goes_on(
    s3: RunningStore, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    red, blue = town.api("mel", "red"), town.api("bob", "blue")
    with FaultyProxy(s3.endpoint, kinds=("403",)) as front, town.client("rita") as rita:
        asked = wanted("s3", s3, tmp_path.name, S3, front.url)
        assert rita.put("/api/v1/teams/red/bucket", json=asked).status_code == 200
        publish(red, "data", {"a.txt": b"one"}, tmp_path)
        publish(red, "large", {"large.bin": os.urandom(3_000_000)}, tmp_path)
        front.odds = 1.0
        for attempt in refused_attempts(town, tmp_path):
            with pytest.raises(PublicError, match=rf"s3://assay/{tmp_path.name} of the team red refuses this server.*rotate red"):
                attempt()
        publish(blue, "theirs", {"b.txt": b"blue"}, tmp_path)
        assert downloaded(blue, "theirs", tmp_path / "out-theirs", monkeypatch) == {"b.txt": b"blue"}
        train(town)
        assert red.run("red/p/r1").summary["loss"] == 0.5
        (shown,) = rita.get("/api/v1/teams/red/bucket").json()["buckets"]
        assert (shown["state"], shown["reason"] != "") == ("refused", True)
        doctor = subprocess.run(
            [sys.executable, "-m", "assay", "server", "doctor", "--data", str(town.server.data)],
            env=town.server.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert doctor.returncode == 1
        assert "bucket of red" in doctor.stdout
        assert "refuses this server" in doctor.stdout
        town.server.stop()
        town.server.start()  # it starts without the bucket
        again = town.api("mel", "red")
        assert again.artifact("data:latest").version == "v0"
        front.odds = 0.0
        assert downloaded(again, "data", tmp_path / "out", monkeypatch) == {"a.txt": b"one"}
        publish(again, "data", {"a.txt": b"two"}, tmp_path)
        assert downloaded(again, "data", tmp_path / "out-2", monkeypatch) == {"a.txt": b"two"}
    assert object_stores.SECRET not in town.server.output + doctor.stdout + audit(town)


def refused_attempts(town: Town, tmp_path: Path) -> list[Callable[[], Any]]:
    api = town.api("mel", "red")
    os.environ["ASSAY_CACHE_DIR"] = str(tmp_path / "cache-of-nothing")  # undone with the fixture's own
    return [
        lambda: api.artifact("data:latest").download(tmp_path / "refused"),
        lambda: api.artifact("large:latest").download(tmp_path / "refused-large"),
        lambda: publish(api, "more", {"c.txt": b"more"}, tmp_path),
        lambda: publish(api, "more", {"c.bin": os.urandom(3_000_000)}, tmp_path),
    ]


def test_a_store_that_refuses_only_clients_is_told_by_the_server_too(s3: RunningStore, town: Town, tmp_path: Path) -> None:
    with FaultyProxy(s3.endpoint, kinds=("403",)) as front, town.client("rita") as rita:
        asked = wanted("s3", s3, tmp_path.name, S3, front.url)
        assert rita.put("/api/v1/teams/red/bucket", json=asked).status_code == 200
        artifact = assay.Artifact("large", "dataset")
        (tmp_path / "large.bin").write_bytes(os.urandom(3_000_000))
        artifact.add_file(tmp_path / "large.bin")
        front.matches = lambda line: line.startswith("PUT ") or "list-type" in line
        front.plan.extend([None])  # the server's own look, whose answer counts for some seconds
        front.odds = 1.0
        with pytest.raises(PublicError, match="of the team red refuses this server"):
            artifact.publish(town.api("mel", "red"))
        assert front.faults["403"] >= 3


def test_a_bucket_that_never_answers_does_not_hold_the_server(s3: RunningStore, town: Town, tmp_path: Path) -> None:
    with FaultyProxy(s3.endpoint, kinds=("delay",), slow_s=6.0) as front, town.client("rita") as rita:
        asked = wanted("s3", s3, tmp_path.name, S3, front.url)
        assert rita.put("/api/v1/teams/red/bucket", json=asked).status_code == 200
        drafts = "/api/v1/projects/red/p/artifacts/drafts"
        draft = rita.post(drafts, json={"name": "a", "type": "dataset"}).json()["id"]
        page = {"add": {"x": {"digest": f"sha256:{hashlib.sha256(b'x').hexdigest()}", "size": 1}}}
        front.odds = 1.0
        time.sleep(5.5)  # what it answered last counts no more

        def ask(_: int) -> tuple[float, str]:
            began = time.monotonic()
            with town.client("rita") as client:
                answer = client.post(f"{drafts}/{draft}/entries", json=page)
            return time.monotonic() - began, str(answer.json().get("code"))

        with ThreadPoolExecutor(24) as pool:  # more than the server has threads
            asking = [pool.submit(ask, number) for number in range(24)]
            time.sleep(0.5)
            slowest = 0.0
            with town.client("bob") as bob:
                for _ in range(20):
                    began = time.monotonic()
                    assert bob.get("/api/v1/me").status_code == 200
                    slowest = max(slowest, time.monotonic() - began)
                    time.sleep(0.2)
            told = [each.result() for each in asking]
        assert {code for _, code in told} == {"team_bucket_unreachable"}
        assert max(seconds for seconds, _ in told) < 20
        assert slowest < 8, told
        began = time.monotonic()
        assert ask(0)[1] == "team_bucket_unreachable"
        assert time.monotonic() - began < 2


def train(town: Town) -> None:
    script = """
import assay
run = assay.init(entity="red", project="p", id="r1", settings=assay.Settings(silent=True))
run.log({"loss": 0.5})
run.finish()
"""
    environment = {**town.server.environment, "ASSAY_BASE_URL": town.server.url, "ASSAY_API_KEY": town.keys["mel"]}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=120, cwd=town.server.data.parent
    )
    assert done.returncode == 0, done.stderr


def test_an_operator_sets_checks_rotates_and_leaves_a_bucket(
    s3: RunningStore, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"s3://{s3.bucket}/{tmp_path.name}"
    lacking = town.command("set", "red", address, "--endpoint", s3.endpoint)
    assert lacking.returncode == 2
    assert "$AWS_ACCESS_KEY_ID and $AWS_SECRET_ACCESS_KEY" in lacking.stderr
    made = town.command("set", "red", address, "--endpoint", s3.endpoint, **S3_VARIABLES)
    assert made.returncode == 0, made.stderr
    assert "new contents go there" in made.stdout
    assert "keys set, last rotated at" in made.stdout
    publish(town.api("mel", "red"), "data", {"a.txt": b"one"}, tmp_path)
    assert town.in_own_place() == []
    assert town.command("check", "red").stdout.splitlines()[-1].startswith("ok")
    wrong = json.dumps({**S3, "secret_access_key": "not-the-secret"})
    refused = town.command("rotate", "red", "--stdin", stdin=wrong)
    assert refused.returncode == 7
    assert "Everything stays as it was" in refused.stderr
    assert "not-the-secret" not in refused.stderr + refused.stdout
    assert downloaded(town.api("mel", "red"), "data", tmp_path / "out", monkeypatch) == {"a.txt": b"one"}
    rotated = town.command("rotate", "red", "--stdin", stdin=json.dumps(S3))
    assert rotated.returncode == 0, rotated.stderr
    left = town.command("unset", "red", "--json")
    assert [each["is_current"] for each in json.loads(left.stdout)["buckets"]] == [False]
    publish(town.api("mel", "red"), "more", {"b.txt": b"two"}, tmp_path)
    assert town.in_own_place() != []
    for name, content in (("data", {"a.txt": b"one"}), ("more", {"b.txt": b"two"})):
        assert downloaded(town.api("mel", "red"), name, tmp_path / f"out-{name}", monkeypatch) == content
    secret = object_stores.SECRET
    assert not any(secret in done.stdout + done.stderr for done in (made, rotated, left))
    assert secret not in audit(town)


def test_a_backup_has_no_keys_of_buckets_and_says_so_when_restored(s3: RunningStore, town: Town, tmp_path: Path) -> None:
    address = f"s3://{s3.bucket}/{tmp_path.name}"
    assert town.command("set", "red", address, "--endpoint", s3.endpoint, **S3_VARIABLES).returncode == 0
    publish(town.api("mel", "red"), "data", {"a.txt": b"one"}, tmp_path)

    def server(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "assay", "server", *words]
        return subprocess.run(command, env=town.server.environment, capture_output=True, text=True, timeout=120)

    assert server("backup", str(tmp_path / "copy"), "--data", str(town.server.data)).returncode == 0
    assert object_stores.SECRET.encode() not in b"".join(p.read_bytes() for p in (tmp_path / "copy").rglob("*") if p.is_file())
    assert not list((tmp_path / "copy").rglob("bucket.key"))
    restored = tmp_path / "restored"
    assert server("restore", str(tmp_path / "copy"), "--data", str(restored)).returncode == 0
    doctor = server("doctor", "--data", str(restored))
    assert "bucket.key is not there" in doctor.stdout
    (restored / "bucket.key").write_text((town.server.data / "bucket.key").read_text())
    assert "let this server in (1)" in server("doctor", "--data", str(restored)).stdout
