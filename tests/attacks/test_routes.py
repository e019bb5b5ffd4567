"""Every route of the live table, every kind of caller (S4, S5, S6, S29)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from assay.server.api import auth, routing
from assay.server.api.app import handlers
from assay.server.domain.accounts import ROLE_ORDER
from assay.server.services.access import INSTALLATION, NEEDED

SECRET = "planted-secret-of-the-red-team"
Clients = Callable[[str], httpx.Client]
BODIES: dict[str, Any] = {
    "/runs/{run_id:str}": {"writer": "w"},
    "/batches": {"writer": "w"},
    "/series/query": {"runs": ["r1"], "keys": [SECRET]},
    "/series/groups": {"groups": [{"label": "g", "runs": ["r1"]}], "keys": [SECRET]},
    "/series/nonfinite": {"runs": ["r1"], "keys": [SECRET]},
    "/runs/{run_id:str}/histograms": {"key": SECRET},
    "/histograms": {"key": SECRET, "runs": ["r1"]},
    "/media/query": {"keys": [SECRET], "runs": ["r1"]},
    "/runs/delete": {"ids": ["r1"]},
    "/runs/restore": {"ids": ["r1"]},
    "/runs/purge": {"ids": ["r1"]},
    "/rewind": {"step": 5},
    "/files": {"files": []},
    "/console/search": {"pattern": "x"},
    "/importance": {"target": "loss"},
    "/runs/edit": {"ids": ["r1"]},
    "/runs/stop": {"ids": ["r1"]},
    "/runs/undo": {"undo": "nothing"},
    "/runs/move": {"ids": [], "to": "red/elsewhere"},
    "/runs/copy": {"ids": [], "to": "red/elsewhere"},
    "/views": {"name": "v", "spec": {}},
    "/views/{view_id:str}": {"revision": 1},
    "/lock": {"is_locked": False},
    "/default": {"is_default": True},
    "/versions/{revision:int}/restore": {"revision": 1},
    "/view-links": {"spec": {}},
    "/artifacts/drafts": {"name": "cats", "type": "dataset"},
    "/artifacts/drafts/{draft_id:str}/contents": b"",
    "/versions/{ref:str}/contents": {"digests": []},
    "/versions/{ref:str}/packed": {"digests": []},
    "/inputs": {"artifact": "cats:v0"},
    "/outputs": {"artifact": "cats:v0"},
    "/inputs/compare": {"runs": ["r1"]},
    "/faults": {"kind": "version", "target": "red/plans/cats:v0", "reason": "x"},
    "/faults/reach": {"kind": "version", "target": "red/plans/cats:v0", "reason": "x"},
    "/versions/delete": {"versions": []},
    "/retention": {"rules": []},
    "/runs/purge/preview": {"ids": ["r1"]},
    "/comments": {"kind": "region", "subject": "a1", "text": "x"},
    "/comments/count": {"kind": "region", "subjects": ["a1"]},
    "/comments/{comment_id:int}": {"text": "x"},
    "/keys": {"name": "k"},
    "/me/password": {"current": "", "new": "long enough to be one"},
}


def _routes() -> Iterator[tuple[str, str, str]]:
    for handler in handlers():
        for method in sorted(handler.http_methods):
            for path in sorted(handler.paths):
                yield method, path, handler.opt["permission"]


PRIVATE = [route for route in _routes() if route[2] != auth.PUBLIC]
IN_PROJECT = [route for route in PRIVATE if "{entity:str}" in route[1]]
LAST = ("delete", "purge", "commit")
# What destroys comes last, so that the others still find what they ask for.
IN_PROJECT.sort(key=lambda route: (route[0] == "DELETE", any(word in route[1] for word in LAST), route[1]))


@pytest.fixture(autouse=True)
def _places(world: Any) -> None:
    """What each caller's key finds behind a name in an address; who has no key asks for what members have."""
    PLACES.clear()
    PLACES.update({f"Bearer {world.keys[person]}": places for person, places in world.places.items()})
    PLACES[""] = world.places["red_member"]


PLACES: dict[str, dict[str, str]] = {}


def _send(client: httpx.Client, method: str, path: str) -> httpx.Response:
    address = path.replace("{entity:str}", "red").replace("{project:str}", "plans").replace("{run_id:str}", "r1")
    address = address.replace("{key_id:str}", "AAAAAAAA").replace("{ticket:str}", "x")
    if path.endswith("/compare/table"):
        address += "?path=t.csv"
    if path.endswith(("/preview", "/file")) and method == "GET":
        address += "?path=notes.txt"
    if path.endswith("/comments"):
        address += "?kind=region&subject=a1"
    if path.endswith("/leakage"):
        address += "?training=cats:v0"
    if method == "DELETE" and "/artifacts/{name:str}" in path:
        address += "?with_aliases=true"
    for name, value in PLACES[client.headers.get("authorization", "")].items():
        address = address.replace(name, value)
    body = next((body for ending, body in BODIES.items() if path.endswith(ending)), {})
    if (method == "PATCH" and "/comments" not in path) or path.endswith("/history") or path.endswith("/runs/query"):
        body = {}
    if isinstance(body, bytes):
        return client.request(method, address, content=body, headers={"content-type": "application/octet-stream"})
    return client.request(method, address, json=body if method in ("POST", "PUT", "PATCH") else None)


def test_only_the_frozen_list_is_public() -> None:
    public = {(method, path) for method, path, permission in _routes() if permission == auth.PUBLIC}
    assert public == auth.PUBLIC_ROUTES
    kinds = {path.split("/{")[0] or "/" for _, path in public}
    assert len(kinds) <= 8


def test_a_route_without_a_permission_does_not_import() -> None:
    with pytest.raises(TypeError):
        routing.get("/api/v1/forgotten")  # type: ignore[call-arg]
    with pytest.raises(AssertionError):
        routing.get("/api/v1/forgotten", permission="")


def test_a_public_route_that_is_not_on_the_list_is_refused() -> None:
    @routing.get("/api/v1/leak", permission=auth.PUBLIC)
    def leak() -> str:
        return ""

    with pytest.raises(AssertionError, match="not on the list"):
        auth.check_routes([leak])


@pytest.mark.parametrize("caller", ["", "revoked", "unknown"])
def test_without_a_good_key_no_private_route_answers(clients: Clients, caller: str) -> None:
    with clients(caller) as client:
        for method, path, _ in PRIVATE:
            answer = _send(client, method, path)
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
            assert SECRET not in answer.text


def test_a_stranger_cannot_tell_what_exists_from_what_does_not(clients: Clients) -> None:
    with clients("blue_admin") as client:
        for method, path, _ in IN_PROJECT:
            there = _send(client, method, path)
            missing = _send(client, method, path.replace("{project:str}", "nothing"))
            assert there.status_code == missing.status_code == 404, f"{method} {path}: {there.status_code}"
            assert SECRET not in there.text

            def shape(answer: httpx.Response) -> tuple[str, str]:
                body = answer.json()
                return body["code"], body["detail"].replace("nothing", "plans")

            assert shape(there) == shape(missing), f"{method} {path}"
        assert client.get("/api/v1/projects").json()["projects"] == []


@pytest.mark.parametrize("person", ["red_viewer", "red_member", "red_admin"])
def test_a_role_may_do_what_the_table_says_and_no_more(clients: Clients, person: str) -> None:
    role = person.partition("_")[2]
    with clients(person) as client, clients("red_admin") as owner:
        for method, path, permission in IN_PROJECT:
            if permission == "project:delete" and role == "admin":
                continue
            owner.post("/api/v1/projects/red/plans/runs/restore", json={"ids": ["r1"]})
            owner.post("/api/v1/projects/red/plans/artifacts/cats/versions/v0/restore")
            answer = _send(client, method, path)
            allowed = ROLE_ORDER[role] >= ROLE_ORDER[NEEDED[permission]]  # type: ignore[index]
            what = f"{person} {method} {path}: {answer.status_code} {answer.text[:200]}"
            if allowed:
                # A purge of what is not in the trash conflicts, so does taking back a stop that is seconds old, and nothing was
                # edited that could be undone: it was allowed, and refused for what it is.
                refused = {"run:purge": 409}.get(permission) or (404 if path.endswith("/runs/undo") else 0)
                if (method, path.rpartition("/")[2]) == ("DELETE", "stop"):
                    refused = 409
                if path.endswith("/runs/copy") and role == "viewer":
                    refused = 403  # reading is enough here, and not where the copy goes
                assert answer.status_code < 300 or answer.status_code == refused, what
            else:
                assert answer.status_code == 403, what
                assert answer.json()["code"] == "forbidden"
        owner.post("/api/v1/projects/red/plans/runs/restore", json={"ids": ["r1"]})


def test_the_installation_belongs_to_its_admins(clients: Clients) -> None:
    for method, path, permission in PRIVATE:
        if permission in INSTALLATION:
            with clients("red_admin") as client:
                assert _send(client, method, path).status_code == 403, f"{method} {path}"
            with clients("admin") as client:
                assert _send(client, method, path).status_code < 300, f"{method} {path}"


def test_every_answer_carries_the_security_headers(clients: Clients) -> None:
    with clients("red_admin") as client:
        for path in ("/", "/anything/else", "/healthz", "/api/v1/me", "/api/v1/nothing", "/assets/none.js", "/blobs/x"):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["x-frame-options"] == "DENY", path
            assert headers["referrer-policy"] == "no-referrer", path
            assert "frame-ancestors 'none'" in headers["content-security-policy"], path
            assert headers["cross-origin-resource-policy"] == "same-origin", path
            assert headers["x-request-id"], path


def test_no_method_override_and_no_preflight_is_answered(clients: Clients) -> None:
    with clients("red_admin") as client:
        assert client.options("/api/v1/me").status_code == 405
        answer = client.get("/api/v1/projects/red/plans", headers={"x-http-method-override": "DELETE"})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
