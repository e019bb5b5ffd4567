"""Who is told that they were named, where, and for how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.domain.mentions import excerpt, named
from assay.server.services import mentions
from assay.testing.factories import a_batch
from assay.wire import limits, records
from assay.wire.errors import Conflict, InvalidRequest, NotFound
from assay.wire.messages.comments import CommentDraft, CommentEdit, Place
from assay.wire.messages.mentions import MentionPage
from assay.wire.messages.projects import ProjectEdit
from assay.wire.messages.runs import RunBulkEdit, RunEdit, RunSelection, RunStart
from assay.wire.names import ProjectPath, RunPath

PATH = RunPath("red", "plans", "r1")
PLANS = PATH.parent


@pytest.fixture
def plans(house: Any) -> Any:
    """A run of the team `red`: ann is a member, vic a viewer, zoe a stranger."""
    start(house)
    return house


def start(house: Any, path: RunPath = PATH, writer: str = "w1", **fields: Any) -> None:
    house.catalog.runs.start(house.ann, path, RunStart(writer, name="calm-sea", **fields), "http://h")


def seen(house: Any, actor: Actor) -> MentionPage:
    return house.catalog.mentions.mine(actor)  # type: ignore[no-any-return]


def texts(house: Any, actor: Actor) -> list[str]:
    return [mention.text for mention in seen(house, actor).mentions]


@pytest.mark.parametrize(("text", "names"), [
    ("@vic, @ann-2 and (@a.b). @vic again", ["vic", "ann-2", "a.b"]),
    ("mail ann@lab.org or see pkg@1.2, a/@b, @@c, --@d", []),
    ("`@code` and\n```\n@fenced\n``` but **@this**", ["this"]),
    ("```\n@never closed", []),
    ("nobody @ all", []),
])  # fmt: skip
def test_a_name_stands_apart_and_not_in_code(text: str, names: list[str]) -> None:
    assert named(text) == names


def test_an_excerpt_is_what_stands_around_the_name() -> None:
    assert excerpt("see\n\n@vic  here", "vic") == "see @vic here"
    assert excerpt("see @victor and @vic here", "vic") == "see @victor and @vic here"
    long = excerpt("a " * 500 + "@vic" + " b" * 500, "vic")
    assert long.startswith("…a")
    assert "a @vic b" in long
    assert long.endswith("…")
    assert len(long) < 350


def test_who_may_read_the_project_is_told_where_they_were_named(plans: Any) -> None:
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="@vic look, and @ann, @zoe, @nobody"))
    (mention,) = seen(plans, plans.vic).mentions
    assert (mention.user, mention.entity, mention.project, mention.run, mention.run_name) == (
        "ann", "red", "plans", "r1", "calm-sea",
    )  # fmt: skip
    assert (mention.text, mention.region, mention.is_read) == ("@vic look, and @ann, @zoe, @nobody", "", False)
    # Who names themselves knows; a stranger must not learn that there is such a project.
    assert texts(plans, plans.ann) == texts(plans, plans.zoe) == []


def test_only_names_that_are_new_in_a_text_are_told(plans: Any) -> None:
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="@vic look"))
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="@Vic look again"))
    assert texts(plans, plans.vic) == ["@vic look"]
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="nothing"))
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="@Vic, after all"))
    assert texts(plans, plans.vic) == ["@Vic, after all", "@vic look"]


def test_scripts_projects_and_comments_name_people_too(plans: Any) -> None:
    start(plans, RunPath("red", "plans", "r2"), notes="start @vic")
    plans.catalog.ingest.append(plans.ann, PATH, a_batch(events=[records.Edit({"notes": "script @vic"})]))
    plans.catalog.projects.edit(plans.ann, PLANS, ProjectEdit(description="project @vic"))
    said = plans.catalog.comments.add(plans.ann, PLANS, CommentDraft("region", "a1", "comment"))
    plans.catalog.comments.edit(plans.ann, PLANS, said.id, CommentEdit("comment @vic"))
    mentions = seen(plans, plans.vic).mentions
    assert [(one.text, one.run, one.region) for one in mentions] == [
        ("comment @vic", "", "a1"), ("project @vic", "", ""), ("script @vic", "r1", ""), ("start @vic", "r2", ""),
    ]  # fmt: skip
    plans.catalog.comments.delete(plans.ann, PLANS, said.id)
    assert len(texts(plans, plans.vic)) == 3


def test_who_is_named_at_a_region_is_led_to_the_page_on_which_it_was_seen(plans: Any) -> None:
    say = plans.catalog.comments
    say.add(plans.ann, PLANS, CommentDraft("region", "a1", "@vic one", Place(link="seen1")))
    said = say.add(plans.ann, PLANS, CommentDraft("region", "a1", "two", Place("r1", "seen2")))
    say.edit(plans.ann, PLANS, said.id, CommentEdit("@vic two"))
    moved = say.add(plans.ann, PLANS, CommentDraft("region", "a1", "three", Place("r1", "seen2")))
    say.edit(plans.ann, PLANS, moved.id, CommentEdit("@vic three", Place("gone", "seen3")))

    def places() -> list[tuple[str, str, str, str, str]]:
        return [(one.text, one.region, one.run, one.run_name, one.link) for one in seen(plans, plans.vic).mentions]

    assert places() == [
        ("@vic three", "a1", "", "", "seen3"), ("@vic two", "a1", "r1", "calm-sea", "seen2"), ("@vic one", "a1", "", "", "seen1"),
    ]  # fmt: skip
    plans.catalog.bulk.delete(plans.ann, PLANS, RunSelection(ids=["r1"]))
    assert places()[1] == ("@vic two", "a1", "", "", "seen2")  # the workspace can still show it


def test_one_edit_of_many_runs_tells_once(plans: Any) -> None:
    start(plans, RunPath("red", "plans", "r2"))
    plans.catalog.bulk.edit(plans.ann, PLANS, RunBulkEdit(ids=["r1", "r2"], notes="all @vic"))
    assert texts(plans, plans.vic) == ["all @vic"]


def test_mentions_are_read_by_their_owner_alone(plans: Any) -> None:
    for n in range(3):
        plans.catalog.comments.add(plans.ann, PLANS, CommentDraft("region", "a1", f"@vic {n}"))
    page = seen(plans, plans.vic)
    assert page.unread == 3
    ids = [mention.id for mention in page.mentions]
    assert plans.catalog.mentions.mark_read(plans.ann, ids).unread == 0
    assert seen(plans, plans.vic).unread == 3
    after = plans.catalog.mentions.mark_read(plans.vic, [ids[0], 999])
    assert (after.unread, [mention.is_read for mention in after.mentions]) == (2, [True, False, False])
    with pytest.raises(InvalidRequest, match="at most"):
        plans.catalog.mentions.mark_read(plans.vic, [1] * (limits.PAGE_ROWS + 1))


def test_more_mentions_than_one_answer_holds_can_all_be_read(plans: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "SHOWN", 2)
    for number in range(5):
        plans.catalog.comments.add(plans.ann, PLANS, CommentDraft("region", "a1", f"@vic {number}"))
    page, rounds = seen(plans, plans.vic), []
    while page.unread:
        rounds.append([mention.text for mention in page.mentions])
        page = plans.catalog.mentions.mark_read(plans.vic, [mention.id for mention in page.mentions])
        assert len(rounds) < 9, "what is not shown stays unread for ever"
    assert rounds == [["@vic 4", "@vic 3"], ["@vic 2", "@vic 1"], ["@vic 4", "@vic 0"]]
    assert [mention.text for mention in page.mentions] == ["@vic 4", "@vic 3"]


def test_what_one_may_no_longer_read_is_not_listed(plans: Any) -> None:
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="@vic look"))
    left = replace(plans.vic, roles={"vic": "admin"})
    assert seen(plans, left) == MentionPage([], 0)


def test_a_run_in_the_trash_is_named_and_one_that_is_gone_is_not(plans: Any) -> None:
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="@vic look"))
    plans.catalog.bulk.delete(plans.ann, PLANS, RunSelection(ids=["r1"]))
    assert [mention.run for mention in seen(plans, plans.vic).mentions] == ["r1"]
    plans.clock.advance(100)
    plans.catalog.runs.purge_old(99)
    assert texts(plans, plans.vic) == []


def test_people_are_those_who_may_read_the_project(plans: Any) -> None:
    plans.catalog.accounts.add_user(SYSTEM, "root", is_admin=True)
    people = [person.username for person in plans.catalog.mentions.people(plans.vic, PLANS)]
    assert people == ["ann", "root", "vic"]
    start(plans, RunPath("ann", "own", "r1"))
    assert [person.username for person in plans.catalog.mentions.people(plans.ann, ProjectPath("ann", "own"))] == ["ann", "root"]
    with pytest.raises(NotFound):
        plans.catalog.mentions.people(plans.zoe, PLANS)


def test_the_notes_of_a_project_show_what_they_said_before(plans: Any) -> None:
    for text in ("one", "two", "two"):
        plans.catalog.projects.edit(plans.ann, PLANS, ProjectEdit(description=text))
    history = plans.catalog.projects.notes_history(plans.vic, PLANS)
    assert [(change.text, change.user) for change in history] == [("two", "ann"), ("one", "ann")]


def test_notes_of_a_project_that_others_wrote_since_they_were_read_are_not_overwritten(plans: Any) -> None:
    edit = plans.catalog.projects.edit
    edit(plans.ann, PLANS, ProjectEdit(description="theirs", known_description=""))
    with pytest.raises(Conflict, match="ann wrote the notes of plans"):
        edit(plans.ann, PLANS, ProjectEdit(description="mine", known_description=""))
    assert edit(plans.ann, PLANS, ProjectEdit(description="mine", known_description="theirs")).description == "mine"


def test_notes_of_a_run_that_a_resume_replaces_are_kept(plans: Any) -> None:
    plans.catalog.runs.edit(plans.ann, PATH, RunEdit(notes="first"))
    start(plans, writer="w2", resume="allow", notes="second")
    assert [change.text for change in plans.catalog.runs.notes_history(plans.ann, PATH)] == ["second", "first"]
