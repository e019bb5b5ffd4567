"""Who says what about a thing of a project, and who may change it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.server.domain.accounts import SYSTEM, Actor
from assay.wire import limits
from assay.wire.errors import Conflict, Forbidden, InvalidName, InvalidRequest, NotFound, TooLarge
from assay.wire.messages.comments import Comment, CommentDraft, CommentEdit, Place
from assay.wire.messages.runs import RunStart
from assay.wire.names import ProjectPath, RunPath

PLANS = ProjectPath("red", "plans")


@pytest.fixture
def bob(house: Any) -> Actor:
    """Another member of the team `red`, whose project `plans` is."""
    house.catalog.runs.start(house.ann, RunPath("red", "plans", "r1"), RunStart("w1"), "http://h")
    house.catalog.accounts.add_user(SYSTEM, "bob")
    return replace(house.ann, username="bob", user_id=99, roles={"bob": "admin", "red": "member"})


def say(house: Any, actor: Actor, text: str = "it bends", subject: str = "a1") -> Comment:
    return house.catalog.comments.add(actor, PLANS, CommentDraft("region", subject, text))  # type: ignore[no-any-return]


def thread(house: Any, actor: Actor, subject: str = "a1") -> list[tuple[str, str, bool, bool]]:
    page = house.catalog.comments.list(actor, PLANS, "region", subject)
    return [(one.user, one.text, one.can_edit, one.can_delete) for one in page.comments]


def test_a_thread_is_read_by_all_and_written_by_members(house: Any, bob: Actor) -> None:
    say(house, house.ann, "  it *bends*\n")
    say(house, bob, "indeed")
    assert thread(house, house.ann) == [("ann", "it *bends*", True, True), ("bob", "indeed", False, False)]
    assert thread(house, house.vic) == [("ann", "it *bends*", False, False), ("bob", "indeed", False, False)]
    assert not house.catalog.comments.list(house.vic, PLANS, "region", "a1").can_write
    assert house.catalog.comments.counts(house.vic, PLANS, "region", ["a1", "b2"]).counts == {"a1": 2}
    with pytest.raises(Forbidden):
        say(house, house.vic)
    for ask in (lambda: thread(house, house.zoe), lambda: say(house, house.zoe),
                lambda: house.catalog.comments.counts(house.zoe, PLANS, "region", ["a1"])):  # fmt: skip
        with pytest.raises(NotFound):
            ask()


def test_a_comment_is_its_authors_and_an_admin_may_delete_it(house: Any, bob: Actor) -> None:
    mine = say(house, house.ann)
    house.clock.advance(60)
    edited = house.catalog.comments.edit(house.ann, PLANS, mine.id, CommentEdit("it breaks"))
    assert (edited.text, edited.created_at, edited.edited_at) == ("it breaks", mine.created_at, mine.created_at + 60)
    assert house.catalog.comments.edit(house.ann, PLANS, mine.id, CommentEdit("it breaks ")).edited_at == edited.edited_at
    with pytest.raises(Forbidden, match="ann"):
        house.catalog.comments.edit(bob, PLANS, mine.id, CommentEdit("it holds"))
    with pytest.raises(Forbidden, match="ann"):
        house.catalog.comments.delete(bob, PLANS, mine.id)
    with pytest.raises(Forbidden):
        house.catalog.comments.delete(replace(house.vic, username="ann"), PLANS, mine.id)
    boss = replace(bob, username="boss", roles={"red": "admin"})
    assert thread(house, boss) == [("ann", "it breaks", False, True)]
    with pytest.raises(Forbidden):
        house.catalog.comments.edit(boss, PLANS, mine.id, CommentEdit("x"))
    house.catalog.comments.delete(boss, PLANS, mine.id)
    assert thread(house, house.ann) == []
    with pytest.raises(NotFound):
        house.catalog.comments.delete(house.ann, PLANS, mine.id)


def test_what_is_done_is_audited_without_what_was_said(house: Any, bob: Actor) -> None:
    mine = say(house, house.ann, "secret plan")
    house.catalog.comments.edit(house.ann, PLANS, mine.id, CommentEdit("secret, too"))
    house.catalog.comments.delete(house.ann, PLANS, mine.id)
    with house.catalog.stores.metadata.read() as unit:
        lines = [line for line in unit.audit.list(0, 1000) if line.action.startswith("comment:")]
        kinds = [event.kind for event in unit.events.after(0, 1000) if event.kind.startswith("Comment")]
    assert [line.action for line in lines] == ["comment:add", "comment:edit", "comment:delete"]
    assert kinds == ["CommentAdded", "CommentEdited", "CommentDeleted"]
    assert lines[0].data == {"kind": "region", "about": "a1", "comment": mine.id, "author": "ann"}


def test_a_comment_of_another_project_is_not_found_here(house: Any, bob: Actor) -> None:
    house.catalog.runs.start(house.ann, RunPath("ann", "own", "r1"), RunStart("w1"), "http://h")
    theirs = say(house, bob)
    with pytest.raises(NotFound):
        house.catalog.comments.delete(house.ann, ProjectPath("ann", "own"), theirs.id)
    assert len(thread(house, bob)) == 1


def test_comments_that_say_nothing_or_too_much_are_refused(house: Any, bob: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, error in ((" \n ", InvalidRequest), ("ü" * limits.COMMENT_BYTES, TooLarge)):
        with pytest.raises(error):
            say(house, bob, text)
    with pytest.raises(InvalidName):
        say(house, bob, subject="")
    with pytest.raises(InvalidRequest, match="at most"):
        house.catalog.comments.counts(bob, PLANS, "region", ["a"] * (limits.PAGE_ROWS + 1))
    monkeypatch.setattr(limits, "COMMENTS", 1)
    say(house, bob)
    with pytest.raises(Conflict, match="COMMENTS"):
        say(house, bob)


def test_a_projects_comments_go_with_it(house: Any, bob: Actor) -> None:
    say(house, bob)
    boss = replace(bob, username="boss", roles={"red": "admin"})
    house.catalog.projects.delete(boss, PLANS)
    house.catalog.runs.start(house.ann, RunPath("red", "plans", "r1"), RunStart("w1"), "http://h")
    assert thread(house, house.ann) == []


@pytest.mark.parametrize("place", [Place(run="a/b"), Place(run=".."), Place(link="a\nb"), Place(link="x" * 300)])
def test_a_place_that_cannot_be_one_is_refused(house: Any, bob: Actor, place: Place) -> None:
    with pytest.raises(InvalidName, match="of a place"):
        house.catalog.comments.add(house.ann, PLANS, CommentDraft("region", "a1", "it bends", place))
    said = say(house, house.ann)
    with pytest.raises(InvalidName, match="of a place"):
        house.catalog.comments.edit(house.ann, PLANS, said.id, CommentEdit("it breaks", place))
    assert thread(house, house.vic) == [("ann", "it bends", False, False)]
