"""Filters, sort orders, columns, groups, searches and expressions are parsed, never pasted: no text reaches a database but as a
value (S17), none takes for ever (S19), and no file made of them holds a formula (S14)."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.calls import SECRET

Clients = Callable[[str], httpx.Client]
ROOT = "/api/v1/projects/blue/asked"
SETTINGS = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
TELLING = ("sqlite", "syntax error near", "operationalerror", "traceback", "select ", "no such column", SECRET)
INJECTIONS = [
    "x' OR '1'='1", "x\" OR \"1\"=\"1", "x'; DROP TABLE runs; --", "x') OR 1=1 --", "' UNION SELECT secret_hash FROM api_keys --",
    "x' AND (SELECT COUNT(*) FROM users) > 0 --", "x\\", "%", "_",
    "x' || (SELECT username FROM users LIMIT 1) || '", "1; ATTACH 'x'",
    "x' AND randomblob(1000000000) --", "${jndi:ldap://x}", "{{7*7}}", "x\0y", "x' /*", "char(39)", "0x27", "ĸ' OR 1=1 --",
]  # fmt: skip
# Paths that lead out of a run, to who made it and what they hold.
LEAKS = [
    "user.password_hash", "user__password_hash", "run.user.keys", "project.team.members", "run.project.id", "users.username",
    "api_keys.secret_hash", "run.user_id", "run.project_key", "run.key", "config.__class__", "metrics.__init__.__globals__",
    "summary.*",
]  # fmt: skip
BOMBS = [
    "(a+)+$",
    "(a|a)*b",
    "(.*a){50}",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(x+x+)+y",
    "a" * 5_000,
    "((((a{1,100}){1,100}){1,100}))",
]
_PIECE = st.one_of(
    st.sampled_from(
        ["config.lr", "summary.loss", "metrics.loss.min", "state", "tags", "name", "and", "or", "not", "in", "has", "=",
         "!=", ">=", "~", "(", ")", "[", "]", ",", "'", '"', "`", "now-7d", "1e999", "true", "null", "--", ";", "/*", "${x}"]
    ),
    st.sampled_from(INJECTIONS + LEAKS), st.text(max_size=5),
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(INJECTIONS + LEAKS), st.lists(_PIECE, max_size=9).map(" ".join), st.text(max_size=30))


@pytest.fixture(scope="module")
def blue(world: Any) -> Iterator[httpx.Client]:
    with world.client("blue_admin") as client:
        for run, name in (("q1", "plain"), ("q2", "x' OR '1'='1"), ("q3", '=HYPERLINK("http://evil")')):
            config = {"lr": 0.1, "text": name, "=cmd|' /C calc'!A0": "@SUM(1)", "tab": "\t=1", "return": "\r=1", "minus": "-1+1"}
            client.put(f"{ROOT}/runs/{run}", json={"writer": "w", "name": name, "config": config}).raise_for_status()
            rows = [{"step": 1, "values": {"loss": 1.0}}]
            client.post(f"{ROOT}/runs/{run}/batches", json={"writer": "w", "rows": rows}).raise_for_status()
        yield client


def _asked(client: httpx.Client, text: str) -> Iterator[tuple[str, httpx.Response]]:
    """Every place of the API that takes a text in a language."""
    for body in (
        {"filter": text}, {"search": text}, {"search": text, "is_regex": True}, {"columns": [text]},
        {"sort": [{"key": text}]}, {"group": [text]}, {"cursor": text}, {"derived": [{"name": "d", "expression": text}]},
    ):  # fmt: skip
        yield f"query {body}", client.post(f"{ROOT}/runs/query", json=body)
    yield "values", client.post(f"{ROOT}/runs/values", json={"keys": [text]})
    yield "export", client.post(f"{ROOT}/runs/export", json={"columns": [text]})
    yield "columns", client.post(f"{ROOT}/columns/query", json={"match": text})
    yield "expression", client.post(f"{ROOT}/series/query", json={"runs": ["q1"], "keys": [f"={text}"], "x_expression": text})
    yield "importance", client.post(f"{ROOT}/importance", json={"target": text})
    yield "console", client.post(f"{ROOT}/runs/q1/console/search", json={"pattern": text})
    for address in ("columns?prefix=", "tags?search=", "artifacts?search=", "artifacts?cursor="):
        path, _, name = address.partition("?")
        yield address, client.get(f"{ROOT}/{path}", params={name.rstrip("="): text})
    yield "projects", client.get("/api/v1/projects", params={"search": text})


def _check(what: str, answer: httpx.Response, text: str) -> None:
    assert answer.status_code < 500, f"{what}: {answer.text}"
    said = answer.text.lower().replace(text.lower(), "")
    for telling in TELLING:
        assert telling not in said or telling in text.lower(), f"{what} tells {telling!r}: {answer.text[:500]}"


def test_every_question_is_a_good_one_but_for_its_text(blue: httpx.Client) -> None:
    refused = {what: answer.text for what, answer in _asked(blue, "config.lr") if not answer.is_success}
    by_their_text = {what for what in refused if "cursor" in what or "filter" in what or what in ("expression", "importance")}
    by_their_text |= {what for what in refused if "derived" in what}
    assert {what: refused[what] for what in refused.keys() - by_their_text} == {}


@SETTINGS
@given(text=TEXTS)
def test_no_text_is_run_by_a_database(blue: httpx.Client, text: str) -> None:
    for what, answer in _asked(blue, text):
        _check(what, answer, text)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_condition_that_is_always_true_finds_no_more_than_a_name(blue: httpx.Client, text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    asked = [
        {"search": text},
        {"filter": f'name = "{quoted}"'},
        {"filter": f'config.text = "{quoted}"'},
        {"filter": f'config."{quoted}" exists'},
    ]
    for body in asked:
        answer = blue.post(f"{ROOT}/runs/query", json=body)
        assert answer.status_code in (200, 422), answer.text
        if answer.is_success:
            assert {run["id"] for run in answer.json()["runs"]} <= {"q2"} | ({"q1", "q2", "q3"} if text == "_" else set()), body


@pytest.mark.parametrize("path", LEAKS)
def test_no_path_leads_from_a_run_to_accounts(blue: httpx.Client, path: str) -> None:
    for body in ({"filter": f'{path} ~ "."'}, {"columns": [path]}, {"sort": [{"key": path}]}, {"group": [path]}):
        answer = blue.post(f"{ROOT}/runs/query", json=body)
        assert answer.status_code in (200, 422), answer.text
        for word in ("$argon2", 'secret_hash":"', "red_admin"):
            assert word not in answer.text


@pytest.mark.parametrize("pattern", BOMBS)
def test_no_pattern_takes_longer_than_its_text(blue: httpx.Client, pattern: str) -> None:
    long = "a" * 60_000 + "!"
    blue.patch(f"{ROOT}/runs/q1", json={"notes": long}).raise_for_status()
    began = time.monotonic()
    for ask in (
        lambda: blue.post(f"{ROOT}/runs/query", json={"search": pattern, "is_regex": True}),
        lambda: blue.post(f"{ROOT}/runs/query", json={"filter": f'notes ~ "{pattern}"'}),
        lambda: blue.post(f"{ROOT}/runs/q1/console/search", json={"pattern": pattern}),
    ):
        assert ask().status_code in (200, 422)
    assert time.monotonic() - began < 10


def test_every_cell_of_an_export_is_text_or_a_number_and_never_a_formula(blue: httpx.Client) -> None:
    answer = blue.post(f"{ROOT}/runs/export", json={}).raise_for_status()
    rows = list(csv.reader(io.StringIO(answer.text)))
    cells = [cell for row in rows for cell in row if cell]
    assert any("HYPERLINK" in cell for cell in cells) and any("cmd|" in cell for cell in cells)

    def is_number(cell: str) -> bool:
        try:
            float(cell)
        except ValueError:
            return False
        return True

    assert [cell for cell in cells if cell[0] in "=+-@\t\r\n|%" and not is_number(cell)] == []
