"""Every route of the live table, every kind of caller (S4, S5, S6, S29)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from assay.server.api import auth, routing
from assay.server.domain.accounts import ROLE_ORDER
from assay.server.services.access import INSTALLATION, NEEDED
from tests.attacks.calls import IN_PROJECT, PRIVATE, SECRET, routes, send

Clients = Callable[[str], httpx.Client]
OPEN_ROUTES_MAX = 8  # each a method and a path: what docs/promises/closed-routes.md promises


@pytest.fixture(autouse=True)
def _places(world: Any) -> None:
    """What each caller's key finds behind a name in an address; who has no key asks for what members have."""
    PLACES.clear()
    PLACES.update({f"Bearer {world.keys[person]}": places for person, places in world.places.items()})
    PLACES[""] = world.places["red_member"]


PLACES: dict[str, dict[str, str]] = {}


def _send(client: httpx.Client, method: str, path: str) -> httpx.Response:
    return send(client, method, path, PLACES[client.headers.get("authorization", "")])


def test_only_the_frozen_list_is_public() -> None:
    public = {(method, path) for method, path, permission in routes() if permission == auth.PUBLIC}
    assert public == auth.PUBLIC_ROUTES
    assert len(public) <= OPEN_ROUTES_MAX


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
            _check_headers(answer)


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
            owner.post("/api/v1/entities/red/presets/cats/versions/1/restore", json={"revision": 1})
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
            _check_headers(client.get(path))


def _check_headers(answer: httpx.Response) -> None:
    headers, path = answer.headers, answer.request.url.path
    assert headers["x-content-type-options"] == "nosniff", path
    assert headers["x-frame-options"] == "DENY", path
    assert headers["referrer-policy"] == "no-referrer", path
    assert "frame-ancestors 'none'" in headers["content-security-policy"], path
    assert headers["cross-origin-resource-policy"] == "same-origin", path
    assert headers["cross-origin-opener-policy"] == "same-origin", path
    assert headers["x-request-id"], path
    if path.startswith("/api/"):
        assert headers["cache-control"] == "no-store", path


def test_no_method_override_and_no_preflight_is_answered(clients: Clients) -> None:
    with clients("red_admin") as client:
        assert client.options("/api/v1/me").status_code == 405
        answer = client.get("/api/v1/projects/red/plans", headers={"x-http-method-override": "DELETE"})
        assert answer.status_code == 200
        assert "access-control-allow-origin" not in answer.headers
