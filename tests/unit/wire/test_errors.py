"""Errors between processes: a worker's error reaches the script that asked, in its words."""

from __future__ import annotations

import copy
import multiprocessing
import pickle

import pytest

from assay.client.http import error_of
from assay.wire.errors import NotFound, PublicError, all_errors
from assay.wire.messages.problems import Problem


def _ask_in_vain(name: str) -> None:
    raise NotFound(what="run", name=name)


def test_an_error_in_a_pool_reaches_the_script() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        asked = pool.map_async(_ask_in_vain, ["a/b"])
        with pytest.raises(NotFound, match="There is no run 'a/b' that you can see"):
            asked.get(60)


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.code)
def test_every_error_is_copied_whole(kind: type[PublicError]) -> None:
    error = kind.as_told("in the server's words", {"size": 3})
    error.add_note("while sending")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is kind
        assert (str(again), again.fields, again.__notes__) == ("in the server's words", {"size": 3}, ["while sending"])


def test_an_error_that_only_a_newer_server_knows_is_copied_whole() -> None:
    problem = Problem("about:blank", "New", 418, "brand_new", "Nobody knew.", "1", {"retry_after_s": 2})
    again = pickle.loads(pickle.dumps(error_of(problem)))
    assert (again.code, again.status, str(again), again.fields) == ("brand_new", 418, "Nobody knew.", {"retry_after_s": 2})
