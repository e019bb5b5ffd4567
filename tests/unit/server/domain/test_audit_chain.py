"""The audit log's hash chain."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from assay.server.domain.events import AuditEntry, seal, verify_chain
from assay.testing.factories import an_audit_entry


def a_chain(length: int = 5) -> list[AuditEntry]:
    chain: list[AuditEntry] = []
    for number in range(1, length + 1):
        chain.append(seal(an_audit_entry(data={"n": number}), number, chain[-1].hash if chain else ""))
    return chain


def test_an_untouched_chain_is_whole_in_one_piece_or_in_parts() -> None:
    chain = a_chain()
    assert verify_chain([]) is None
    assert verify_chain(chain) is None
    assert verify_chain(chain[3:], after=chain[2]) is None


@pytest.mark.parametrize(
    "change",
    [{"actor": "eve"}, {"at": 0.0}, {"data": {"n": 9}}, {"subject": "k1\n"}, {"via": "x"}, {"address": "x"}, {"request_id": "x"}],
)
def test_a_changed_field_is_found_in_its_line(change: dict[str, Any]) -> None:
    chain = a_chain()
    chain[2] = replace(chain[2], **change)
    assert "line 3" in str(verify_chain(chain))


def test_a_line_sealed_again_breaks_the_next_one() -> None:
    chain = a_chain()
    chain[2] = seal(replace(chain[2], actor="eve"), 3, chain[1].hash)
    assert "line 4" in str(verify_chain(chain))


def test_lines_taken_out_or_exchanged_are_found() -> None:
    chain = a_chain()
    assert "line 2 is missing" in str(verify_chain([chain[0], *chain[2:]]))
    assert "line 2" in str(verify_chain([chain[0], chain[2], chain[1]]))
    assert "line 1" in str(verify_chain(chain[1:]))


def test_a_stored_line_read_back_has_the_same_hash() -> None:
    entry = seal(an_audit_entry(data={"ü": [1, None, {"x": 1.5}], "when": complex(1, 2)}), 1, "")
    assert verify_chain([replace(entry, data=json.loads(json.dumps(entry.data)))]) is None
