"""Writes `src/assay/server/api/rest/openapi.json` from the routes: `python -m tools.openapi` (`--check` only compares)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "src/assay/server/api/rest/openapi.json"
TAGS = {"accounts": "Signing in", "projects": "Projects", "runs": "Runs", "run_sets": "Many runs", "views": "Views",
        "presets": "Views",
        "comments": "Comments", "mentions": "Comments",
        "importance": "Importance", "batches": "Data in", "series": "Data out", "media": "Media",
        "console": "Console", "files": "Files",
        "live": "Live", "system": "Server"}  # fmt: skip
BODIES = {
    # Read raw by the handler, so the framework cannot know them: (method, path ending) → content types
    ("post", "/batches"): ("application/vnd.assay.batch", "application/json"),
    ("put", "/blobs/{ticket}"): ("application/octet-stream",),
    ("post", "/csp-report"): ("application/csp-report", "application/reports+json"),
}
ANSWERS = {
    ("post", "/series/query"): ("application/vnd.apache.arrow.stream", "application/x-msgpack"),
    ("post", "/runs/values"): ("application/vnd.apache.arrow.stream",),
    ("post", "/runs/export"): ("text/csv", "application/json", "application/vnd.apache.parquet"),
    ("post", "/history"): ("application/vnd.apache.arrow.stream", "application/x-msgpack"),
    ("get", "/live"): ("text/event-stream",),
    ("get", "/console/download"): ("text/plain",),
    ("get", "/files.zip"): ("application/zip",),
    ("get", "/blobs/{ticket}"): ("application/octet-stream", "audio/*", "image/*", "video/*"),
    ("get", "/blobs/{ticket}/page"): ("text/html",),
    ("get", "/file"): ("application/octet-stream", "audio/*", "image/*", "video/*"),
    ("get", "/manifest"): ("application/msgpack",),
    ("post", "/packed"): ("application/octet-stream",),
    ("post", "/series/groups"): ("application/vnd.apache.arrow.stream",),
    ("post", "/histograms"): ("application/vnd.apache.arrow.stream",),
}


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of `/api/v1`, health and blobs."""
    from litestar.openapi.config import OpenAPIConfig
    from litestar.openapi.plugins import JsonRenderPlugin

    from assay.server.api.app import router
    from assay.wire.version import __version__

    config = OpenAPIConfig("Assay", __version__, render_plugins=[JsonRenderPlugin()], use_handler_docstrings=True)
    found: dict[str, Any] = json.loads(json.dumps(router(None, None, config).openapi_schema.to_schema()))
    permissions = _permissions()
    for path, operations in found["paths"].items():
        for method, operation in list(operations.items()):
            if isinstance(operation, dict):
                _complete(operation, method, path, *permissions[method, path])
    found["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "An API key of 40 characters that begins with asy_."},
        "session": {"type": "apiKey", "in": "cookie", "name": "assay_session", "description": "A browser's session."},
    }
    return found


def _permissions() -> dict[tuple[str, str], tuple[str, str]]:
    """(method, path) → (permission, tag)."""
    from assay.server.api.app import MODULES

    return {
        (method.lower(), path.replace(":str", "").replace(":int", "").replace(":path", "")): (
            handler.opt["permission"],
            module.__name__.rsplit(".", 1)[-1],
        )
        for module in MODULES
        for handler in module.HANDLERS
        for method in handler.http_methods
        for path in handler.paths
    }


def _complete(operation: dict[str, Any], method: str, path: str, permission: str, module: str) -> None:
    operation["tags"] = [TAGS.get(module, module)]
    operation["x-permission"] = permission
    operation["security"] = [] if permission == "public" else [{"key": []}, {"session": []}]
    for parameter in operation.get("parameters", ()):  # what stands in an address is a text: it is there or it is not
        choices = [choice for choice in parameter["schema"].get("oneOf", ()) if choice != {"type": "null"}]
        if len(choices) == 1:
            parameter["schema"] = choices[0]
    binary = {"schema": {"type": "string", "contentMediaType": "application/octet-stream"}}
    for table, place in ((BODIES, "requestBody"), (ANSWERS, "responses")):
        for (of_method, ending), types in table.items():
            if method == of_method and path.endswith(ending):
                content = dict.fromkeys(types, binary)
                if place == "requestBody":
                    operation[place] = {"content": content, "required": ending != "/batches"}
                else:
                    success = next(code for code in operation[place] if code.startswith("2"))
                    operation[place][success]["content"] = content
    problem = {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    operation["responses"] = {code: answer for code, answer in operation["responses"].items() if code[0] in "23"}
    operation["responses"].get("204", {}).pop("content", None)
    operation["responses"]["default"] = {"description": "What went wrong, and what to do (RFC 9457).", **problem}


def with_messages(found: dict[str, Any]) -> dict[str, Any]:
    """Shapes that only raw answers carry, from the same definitions."""
    import msgspec

    from assay.server.api.rest import batches
    from assay.wire.messages import problems, runs, series

    shapes = (batches.JsonBatch, runs.BatchAck, problems.Problem, series.LiveHint, series.SeriesHead)
    _, components = msgspec.json.schema_components(shapes, ref_template="#/components/schemas/{name}")
    schemas = found["components"].setdefault("schemas", {})
    for name, schema in components.items():
        schemas[name] = schema | schemas.get(name, {})
    for struct in _structs(msgspec.Struct):
        if struct.__struct_config__.forbid_unknown_fields and "properties" in schemas.get(struct.__name__, {}):
            schemas[struct.__name__]["additionalProperties"] = False
    found["components"]["schemas"] = dict(sorted(schemas.items()))
    return _any_of(found)


def _structs(parent: type) -> Iterator[Any]:
    """Every message that is defined, at any depth below `parent`."""
    for child in parent.__subclasses__():
        if child.__module__.startswith("assay."):
            yield child
        yield from _structs(child)


def _any_of(node: Any) -> Any:
    """`node` with `anyOf` for `oneOf`: 2 is an integer and a number, so exactly one of the two would refuse it."""
    if isinstance(node, dict):
        return {"anyOf" if name == "oneOf" else name: _any_of(value) for name, value in node.items()}
    return [_any_of(item) for item in node] if isinstance(node, list) else node


def render() -> str:
    return json.dumps(with_messages(document()), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(check: bool) -> int:
    text = render()
    if check:
        if not FILE.is_file() or FILE.read_text() != text:
            print(f"{FILE.name} does not say what the routes say. Write it again: python -m tools.openapi")
            return 1
        return 0
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
