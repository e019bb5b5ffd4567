"""Requests made up from the API's own description, right and wrong: whatever comes, the answer is one that is described,
and never a failure of the server (S19). `make attacks` asks for many more, each time different ones.

Not checked: that everything the description allows is accepted. Names, cursors, expressions and ranges have grammars that a
JSON schema does not tell, and are refused with 422. Nor that a number in a text, 0 for false, or the word null in an address, is
refused: it is taken for what it says."""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

schemathesis = pytest.importorskip("schemathesis")

EXAMPLES = int(os.environ.get("ASSAY_ATTACK_EXAMPLES", "3"))  # of each kind, for each operation
DOCUMENT = json.loads((Path(__file__).resolve().parents[2] / "src/assay/server/api/rest/openapi.json").read_text())
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection",
)  # fmt: skip
_SCALAR = "(boolean|integer|number|string)"
_LENIENT = re.compile(
    rf"Schema-violating request accepted.*(\(was {_SCALAR}, became {_SCALAR}\)|in query - violates `type`.*became null\))",
    re.DOTALL,
)
ENDLESS = {("get", "/api/v1/live")}
READ_RAW = {("post", "/api/v1/csp-report")}  # any bytes are a report: its reader is the log


def _asked() -> list[tuple[str, str, str]]:
    """(kind, method, path). What destroys comes last, so that the others find what they ask for."""
    found = [(method, path) for path, operations in DOCUMENT["paths"].items() for method in operations]
    last = ("delete", "purge", "move", "commit", "undo")
    asked = [("positive", *operation) for operation in found if operation not in ENDLESS]
    asked += [("negative", *operation) for operation in found if operation not in ENDLESS and _can_be_asked_wrongly(*operation)]
    return sorted(asked, key=lambda each: (each[1] == "delete", each[2].endswith(last), -len(each[2].split("/"))))


def _can_be_asked_wrongly(method: str, path: str) -> bool:
    """Any text at all is of the right type where a text is expected."""
    operation = DOCUMENT["paths"][path][method]
    parameters = operation.get("parameters", ())
    return "requestBody" in operation or any(each["schema"].get("type") != "string" for each in parameters)


@pytest.fixture(scope="module")
def operations() -> dict[tuple[str, str], Any]:
    """Without the description of keys: every request has a good one."""
    document = json.loads(json.dumps(DOCUMENT))
    document["components"].pop("securitySchemes")
    for of_path in document["paths"].values():
        for operation in of_path.values():
            operation.pop("security")
    found = (each.ok() for each in schemathesis.openapi.from_dict(document).get_all_operations())
    return {(operation.method, operation.path): operation for operation in found}


@pytest.fixture(scope="module")
def checks() -> list[Any]:
    from schemathesis.checks import CHECKS as REGISTERED
    from schemathesis.checks import load_all_checks

    load_all_checks()
    return REGISTERED.get_by_names(CHECKS)  # type: ignore[no-any-return]


@pytest.mark.parametrize(("kind", "method", "path"), _asked(), ids=lambda text: str(text).removeprefix("/api/v1"))
def test_every_answer_is_a_described_one(
    world: Any, operations: dict[tuple[str, str], Any], checks: list[Any], kind: str, method: str, path: str
) -> None:
    names = {"entity": "red", "project": "plans", "run_id": "r1", "team": "red"}
    names |= {place.strip("{}").partition(":")[0]: name for place, name in world.places["admin"].items()}
    left_out = [check for check in checks if (method, path) in READ_RAW and check.__name__ == "negative_data_rejection"]

    @settings(
        max_examples=EXAMPLES, database=None, derandomize="ASSAY_ATTACK_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    )  # fmt: skip
    @given(operations[method, path].as_strategy(generation_mode=schemathesis.GenerationMode(kind)))
    def ask(case: Any) -> None:
        chance = random.Random(str(case.path_parameters))
        for name, value in case.path_parameters.items():
            # Most requests are about something that exists; a number that was made wrong stays wrong.
            if isinstance(value, str) and name in names and not names[name].isdigit() and chance.random() < 0.75:
                case.path_parameters[name] = names[name]
        headers = {"authorization": f"Bearer {world.keys['admin']}"}
        answer = case.call(base_url=world.server.url, headers=headers, timeout=60)
        try:
            case.validate_response(answer, checks=checks, excluded_checks=left_out)
        except BaseExceptionGroup as failures:
            if any(_LENIENT.search(str(failure)) is None for failure in failures.exceptions):
                raise

    ask()


@pytest.mark.parametrize("number", [1 << 63, 1 << 64, -(1 << 63) - 1, 10**40])
def test_a_number_that_no_store_can_hold_is_refused_wherever_it_stands(world: Any, number: int) -> None:
    project = "/api/v1/projects/red/plans"
    with world.client("admin") as client:
        # Its own, as the requests that were made up may have deleted any other.
        client.put(f"{project}/runs/numbers", json={"writer": "w", "resume": "allow"}).raise_for_status()
        view = client.post(f"{project}/views", json={"name": "Numbers", "spec": {}}).raise_for_status().json()["id"]
        for method, address, body in (
            ("GET", f"/api/v1/audit?after={number}", None),
            ("GET", f"{project}/views/{view}/versions/{number}", None),
            ("POST", f"{project}/views/{view}/versions/{number}/restore", {"revision": number}),
            ("PUT", f"{project}/views/{view}", {"revision": number, "spec": {}}),
            ("PATCH", f"{project}/comments/{number}", {"text": "x"}),
            ("POST", "/api/v1/me/mentions/read", {"ids": [number]}),
            ("PUT", f"/api/v1/teams/red/bucket/keys?bucket={number}", {"keys": {}}),
            ("POST", f"{project}/runs/numbers/rewind", {"step": number}),
            ("POST", f"{project}/runs/numbers/batches", {"writer": "w", "rows": [{"step": number, "values": {"a": 1}}]}),
        ):
            answer = client.request(method, address, json=body)
            assert 400 <= answer.status_code < 500, f"{method} {address}: {answer.status_code} {answer.text}"
