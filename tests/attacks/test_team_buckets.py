"""A team's bucket as a way in: into the server's network, into another team's affairs, to the keys."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

pytest.importorskip("obstore")
pytest.importorskip("cryptography")

Clients = Callable[[str], httpx.Client]
KEYS = {"access_key_id": "AKIA", "secret_access_key": "a-secret-of-red"}
BUCKET = "/api/v1/teams/red/bucket"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]", "169.254.169.254",
     "10.0.0.1"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_admin_of_a_team_cannot_lead_the_server_into_its_own_network(
    clients: Clients, door: tuple[int, list[str]], host: str, scheme: str
) -> None:
    port, knocks = door
    wanted = {"address": "s3://bucket", "endpoint": f"{scheme}://{host}:{port}", "region": "us-east-1", "keys": KEYS}
    with clients("red_admin") as client:
        answer = client.put(BUCKET, json=wanted)
        assert answer.status_code == 422, answer.text
        assert "a-secret-of-red" not in answer.text
        assert client.get(BUCKET).json()["buckets"] == []
    assert knocks == []


@pytest.mark.parametrize(
    "change",
    [{"region": "x@127.0.0.1/"}, {"region": "evil.example#"}, {"address": "s3://bucket@127.0.0.1"},
     {"address": "az://c", "region": "", "keys": {"account_name": "127.0.0.1/", "account_key": "a2V5"}},
     {"address": "gs://b", "region": "", "keys": {"service_account": '{"gcs_base_url": "http://127.0.0.1"}'}},
     {"address": "file:///etc"}, {"keys": {}}, {"unknown": 1}, {"keys": "a-secret-of-red"}],
)  # fmt: skip
def test_no_other_part_leads_there_either(clients: Clients, change: dict[str, object]) -> None:
    wanted = {"address": "s3://bucket", "region": "us-east-1", "keys": KEYS, **change}
    with clients("red_admin") as client:
        answer = client.put(BUCKET, json=wanted)
        assert answer.status_code in {400, 422}, answer.text
        assert "a-secret-of-red" not in answer.text


def test_the_keys_of_the_servers_own_environment_are_not_lent(clients: Clients) -> None:
    with clients("red_admin") as client:
        for keys in ({}, {"access_key_id": "", "secret_access_key": ""}, {"access_key_id": "AKIA"}):
            wanted = {"address": "s3://bucket", "region": "us-east-1", "keys": keys}
            assert client.put(BUCKET, json=wanted).status_code == 422


@pytest.mark.parametrize(
    ("person", "may_look", "status"), [("red_viewer", True, 403), ("red_member", True, 403), ("blue_admin", False, 404)]
)
def test_who_may_name_a_bucket(clients: Clients, person: str, may_look: bool, status: int) -> None:
    wanted = {"address": "s3://bucket", "region": "us-east-1", "keys": KEYS}
    with clients(person) as client:
        assert client.get(BUCKET).status_code == (200 if may_look else 404)
        for method, path, body in (
            ("PUT", BUCKET, wanted), ("DELETE", BUCKET, None), ("PUT", f"{BUCKET}/keys", {"keys": KEYS}),
            ("POST", f"{BUCKET}/check", None), ("POST", f"{BUCKET}/check?bucket=1", None),
        ):  # fmt: skip
            answer = client.request(method, path, json=body)
            assert answer.status_code == status, f"{method} {path}: {answer.text}"
            assert "a-secret-of-red" not in answer.text
        assert client.get("/api/v1/buckets").status_code == 403


def test_a_stranger_cannot_tell_a_team_from_none(clients: Clients) -> None:
    with clients("blue_admin") as client:
        there, missing = client.get(BUCKET), client.get("/api/v1/teams/nobody/bucket")
        assert there.status_code == missing.status_code == 404
        assert there.json()["detail"].replace("red", "nobody") == missing.json()["detail"]
