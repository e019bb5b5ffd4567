"""Every route of the live table, and a request for each that asks for something that is there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from assay.server.api import auth
from assay.server.api.app import handlers

SECRET = "planted-secret-of-the-red-team"
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
    "/presets/{name:str}": {"spec": {"mark": "line"}, "revision": 1},
    "/artifacts/drafts": {"name": "cats", "type": "dataset"},
    "/artifacts/drafts/{draft_id:str}/contents": b"",
    "/versions/{ref:str}/contents": {"digests": []},
    "/versions/{ref:str}/packed": {"digests": []},
    "/inputs": {"artifact": "cats:v0"},
    "/outputs": {"artifact": "cats:v0"},
    "/inputs/compare": {"runs": ["r1"]},
    "/acceptance": {"reason": "x"},
    "/faults": {"kind": "version", "target": "red/plans/cats:v0", "reason": "x"},
    "/faults/reach": {"kind": "version", "target": "red/plans/cats:v0", "reason": "x"},
    "/versions/delete": {"versions": []},
    "/retention": {"rules": []},
    "/runs/purge/preview": {"ids": ["r1"]},
    "/comments": {"kind": "region", "subject": "a1", "text": "x"},
    "/comments/count": {"kind": "region", "subjects": ["a1"]},
    "/comments/{comment_id:int}": {"text": "x"},
    "/keys": {"name": "k"},
    "/me/email": {"email": "ada@example.org"},
    "/me/password": {"current": "", "new": "long enough to be one"},
}


QUERIES = {
    ("GET", "/compare/table"): "with={artifact}&path=t.csv",
    ("GET", "/compare"): "with={artifact}",
    ("GET", "/compare/metrics"): "with={artifact}",
    ("GET", "/preview"): "path=notes.txt",
    ("GET", "/file"): "path=notes.txt",
    ("GET", "/comments"): "kind=region&subject=a1",
    ("POST", "/comments"): "kind=region&subject=a1",
    ("GET", "/leakage"): "training={artifact}",
    ("GET", "/columns"): "section=metric&run={run}",
    ("GET", "/alerts"): "run={run}",
    ("DELETE", "/artifacts/{name:str}"): "with_aliases=true",
    ("DELETE", "/versions/{ref:str}"): "with_aliases=true",
}
RED = {"{entity:str}": "red", "{project:str}": "plans", "{run_id:str}": "r1", "{key_id:str}": "AAAAAAAA", "{ticket:str}": "x"}
"""What stands in an address for the names of the red team; conftest's World adds those that it was told."""


def routes() -> Iterator[tuple[str, str, str]]:
    """(method, path, permission)"""
    for handler in handlers():
        for method in sorted(handler.http_methods):  # type: ignore[attr-defined]
            for path in sorted(handler.paths):
                yield method, path, handler.opt["permission"]


PRIVATE = [route for route in routes() if route[2] != auth.PUBLIC]
IN_PROJECT = [route for route in PRIVATE if "{entity:str}" in route[1]]
_LAST = ("delete", "purge", "commit")
# What destroys comes last, so that the others still find what they ask for.
IN_PROJECT.sort(key=lambda route: (route[0] == "DELETE", any(word in route[1] for word in _LAST), route[1]))


def send(client: httpx.Client, method: str, path: str, names: Mapping[str, str], artifact: str = "cats:v0") -> httpx.Response:
    """Ask the route about what has these `names`; `artifact` is the one that bodies and queries speak of."""
    address = path
    for name, value in {**RED, **names}.items():
        address = address.replace(name, value)
    run = names.get("{run_id:str}", "r1")
    query = next((text for (of, ending), text in QUERIES.items() if of == method and path.endswith(ending)), "")
    if query:
        address += "?" + query.format(artifact=artifact, run=run)
    body = next((body for ending, body in BODIES.items() if path.endswith(ending)), {})
    if (method == "PATCH" and "/comments" not in path) or path.endswith(("/history", "/runs/query")):
        body = {}
    if isinstance(body, bytes):
        return client.request(method, address, content=body, headers={"content-type": "application/octet-stream"})
    told = json.loads(json.dumps(body).replace('"r1"', json.dumps(run)).replace("cats:v0", artifact))
    return client.request(method, address, json=told if method in ("POST", "PUT", "PATCH") else None)
