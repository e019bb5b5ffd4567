"""Two tenants on one real server, with every role: what one has, the other must not even see."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from assay.server.bootstrap import open_metadata_catalog
from assay.server.domain.accounts import SYSTEM
from assay.testing.servers import RunningServer
from tests.attacks.calls import SECRET

ARTIFACTS = "/api/v1/projects/red/plans/artifacts"


@dataclass
class World:
    """`keys`: person → key. `places`: person → what stands in an address for a name of theirs. Team `red` owns project `plans`
    with run `r1`; `blue` is everybody else's team."""

    server: RunningServer
    keys: dict[str, str] = field(default_factory=dict)
    places: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self, person: str) -> httpx.Client:
        headers = {"authorization": f"Bearer {self.keys[person]}"} if person else {}
        # Loading the certificates of the world takes longer than all that is asked of a server on loopback.
        return httpx.Client(base_url=self.server.url, headers=headers, timeout=30, verify=False)


def build(server: RunningServer) -> World:
    world = World(server)
    with open_metadata_catalog(server.data) as catalog:
        for team in ("red", "blue"):
            catalog.teams.add(SYSTEM, team)
        people = {"admin": None, "red_admin": "admin", "red_member": "member", "red_viewer": "viewer", "blue_admin": "admin"}
        for person, role in people.items():
            catalog.accounts.add_user(SYSTEM, person, is_admin=person == "admin")
            world.keys[person] = catalog.accounts.new_key_for(SYSTEM, person, "test").secret
            if role is not None:
                catalog.teams.set_member(SYSTEM, person.partition("_")[0], person, role)  # type: ignore[arg-type]
        world.keys["revoked"] = catalog.accounts.new_key_for(SYSTEM, "red_admin", "test").secret
        catalog.accounts.revoke_key(SYSTEM, world.keys["revoked"][4:12])
    world.keys["unknown"] = "asy_" + "A" * 36
    member = world.client("red_member")
    run = "/api/v1/projects/red/plans/runs/r1"
    assert member.put(run, json={"writer": "w", "config": {"secret": SECRET}}).status_code == 200
    batch = {"writer": "w", "first_seq": 0, "rows": [{"step": 1, "values": {SECRET: 1.0, "loss": 2.0}}]}
    assert member.post(f"{run}/batches", json=batch).status_code == 200
    notes = {"path": "notes.txt", "digest": f"sha256:{hashlib.sha256(b'').hexdigest()}", "size": 0}
    (ticket,) = member.post(f"{run}/files", json={"files": [notes]}).json()["tickets"]
    if ticket["upload_url"]:
        assert member.put(ticket["upload_url"], content=b"", headers={"content-type": "application/octet-stream"}).is_success
    assert member.post(f"{run}/files", json={"files": [notes], "commit": True}).status_code == 200
    artifact = {"name": "cats", "type": "dataset", "metadata": {"secret": SECRET}, "run_id": "r1", "aliases": ["best"]}
    version = _commit(member, artifact, "notes.txt")
    assert member.post(f"{run}/inputs", json={"artifact": "cats:best", "role": SECRET}).is_success
    bad = {"kind": "version", "target": "red/plans/cats:v0", "reason": SECRET}
    fault = member.post("/api/v1/entities/red/faults", json=bad).json()["id"]
    member.put("/api/v1/entities/red/presets/cats", json={"spec": {"mark": "line"}}).raise_for_status()
    for person in world.keys:
        owner = person if person.startswith("red_") else "red_member"
        sharing = "personal" if owner == "red_viewer" else "shared"
        draft = {"name": SECRET, "spec": {"secret": SECRET}, "sharing": sharing}
        home = world.client(owner)
        view = home.post("/api/v1/projects/red/plans/views", json=draft).json()["id"]
        link = home.post("/api/v1/projects/red/plans/view-links", json={"spec": {"secret": SECRET}}).json()["id"]
        open_draft = home if owner != "red_viewer" else member
        said = {"kind": "region", "subject": "a1", "text": SECRET}
        comment = open_draft.post("/api/v1/projects/red/plans/comments", json=said).json()["id"]
        draft = open_draft.post(f"{ARTIFACTS}/drafts", json={**artifact, "name": f"of-{person}"}).json()["id"]
        world.places[person] = {
            "{view_id:str}": view, "{link_id:str}": link, "{revision:int}": "1", "{draft_id:str}": draft, "{name:str}": "cats",
            "{ref:str}": version, "{fault_id:str}": fault, "{comment_id:int}": str(comment),
        }  # fmt: skip
    return world


def _commit(client: httpx.Client, artifact: dict[str, object], path: str) -> str:
    """A version with an empty file and a table; its number."""
    contents = {f"sha256:{hashlib.sha256(data).hexdigest()}": data for data in (b"", f"{SECRET}\n1\n".encode())}
    empty, table = contents
    draft = client.post(f"{ARTIFACTS}/drafts", json=artifact).json()["id"]
    page = {"add": {path: {"digest": empty, "size": 0}, "t.csv": {"digest": table, "size": len(contents[table])}}}
    for missing in client.post(f"{ARTIFACTS}/drafts/{draft}/entries", json=page).json()["missing"]:
        content = contents[missing["digest"]]
        assert client.put(missing["url"], content=content, headers={"content-type": "application/octet-stream"}).is_success
    return str(client.post(f"{ARTIFACTS}/drafts/{draft}/commit", json={}).raise_for_status().json()["version"])


@pytest.fixture(scope="module")
def world(shared_server: RunningServer) -> World:
    return build(shared_server)


@pytest.fixture
def clients(world: World) -> Callable[[str], httpx.Client]:
    return world.client
