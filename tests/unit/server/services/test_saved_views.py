"""Saved views: whose they are, who may save them, what is kept of them."""

from __future__ import annotations

from typing import Any

import pytest

from assay.server.domain.accounts import SYSTEM, Actor
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Conflict, Forbidden, InvalidName, InvalidRequest, NotFound, TooLarge
from assay.wire.messages.runs import RunStart
from assay.wire.messages.views import View, ViewCopy, ViewDraft, ViewSave
from assay.wire.names import ProjectPath, RunPath

RED = ProjectPath("red", "plans")


@pytest.fixture
def house(house: Any) -> Any:
    house.catalog.runs.start(house.ann, RunPath("red", "plans", "r1"), RunStart(writer="w1"), "http://h")
    return house


@pytest.fixture
def boss(house: Any) -> Actor:
    """An admin of the team."""
    house.catalog.accounts.add_user(SYSTEM, "boss")
    house.catalog.teams.set_member(SYSTEM, "red", "boss", "admin")
    return house.catalog.accounts.by_key(house.catalog.accounts.new_key_for(SYSTEM, "boss", "test").secret)  # type: ignore[no-any-return]


def make(house: Any, actor: Actor, name: str = "v", **fields: Any) -> View:
    return house.catalog.views.create(actor, RED, ViewDraft(name, **{"spec": {"n": 1}, **fields}))  # type: ignore[no-any-return]


def save(house: Any, actor: Actor, view: View, **fields: Any) -> View:
    return house.catalog.views.save(actor, RED, view.id, ViewSave(**{"revision": view.revision, **fields}))  # type: ignore[no-any-return]


def names(house: Any, actor: Actor) -> list[str]:
    return [view.name for view in house.catalog.views.list(actor, RED, "").views]


def test_a_viewer_has_personal_views_that_nobody_else_sees(house: Any, boss: Actor) -> None:
    view = make(house, house.vic, "vic's")
    assert save(house, house.vic, view, spec={"n": 2}).spec == {"n": 2}
    for other in (house.ann, boss):
        assert names(house, other) == []
        with pytest.raises(NotFound):
            house.catalog.views.get(other, RED, view.id)
    with pytest.raises(Forbidden):
        make(house, house.vic, sharing="shared")
    with pytest.raises(Forbidden):
        save(house, house.vic, view, sharing="shared", revision=2)
    with pytest.raises(NotFound):
        house.catalog.views.list(house.zoe, RED, "")


def test_members_save_shared_views_and_viewers_copy_them(house: Any, boss: Actor) -> None:
    view = make(house, house.ann, "team", sharing="shared")
    assert names(house, house.vic) == ["team"]
    assert house.catalog.views.get(house.vic, RED, view.id).may_edit is False
    with pytest.raises(Forbidden, match="copy of your own"):
        save(house, house.vic, view, name="x")
    copy = house.catalog.views.copy(house.vic, RED, view.id, ViewCopy())
    assert (copy.name, copy.owner, copy.sharing, copy.spec) == ("team (copy)", "vic", "personal", {"n": 1})
    assert save(house, boss, view, name="better").updated_by == "boss"


def test_a_locked_view_is_saved_by_its_owner_and_admins_only(house: Any, boss: Actor) -> None:
    house.catalog.accounts.add_user(SYSTEM, "max")
    house.catalog.teams.set_member(SYSTEM, "red", "max", "member")
    other = house.catalog.accounts.by_key(house.catalog.accounts.new_key_for(SYSTEM, "max", "test").secret)
    view = make(house, house.ann, sharing="shared")
    with pytest.raises(Forbidden):
        house.catalog.views.lock(other, RED, view.id, is_locked=True)
    locked = house.catalog.views.lock(house.ann, RED, view.id, is_locked=True)
    assert (locked.is_locked, locked.revision) == (True, 1)
    with pytest.raises(Forbidden, match="locked"):
        save(house, other, view, name="x")
    with pytest.raises(Forbidden):
        house.catalog.views.delete(other, RED, view.id)
    assert save(house, house.ann, view, name="y").revision == 2
    assert save(house, boss, view, name="z", revision=2).revision == 3
    # An owner who is a member no more may not save what the team shares.
    house.catalog.teams.set_member(SYSTEM, "red", "ann", "viewer")
    ann = house.catalog.accounts.by_key(house.catalog.accounts.new_key_for(SYSTEM, "ann", "test").secret)
    with pytest.raises(Forbidden):
        save(house, ann, view, name="w", revision=3)


def test_a_save_over_somebody_elses_says_who_saved_and_when(house: Any, boss: Actor) -> None:
    view = make(house, house.ann, sharing="shared")
    house.clock.advance(60)
    save(house, boss, view, spec={"n": 2})
    with pytest.raises(Conflict, match=r"boss saved view 'v' on 20\d\d-.* UTC \(revision 2, yours is 1\)") as refused:
        save(house, house.ann, view, spec={"n": 3})
    assert refused.value.fields["user"] == "boss"
    assert refused.value.fields["time"] == house.clock.now()
    assert house.catalog.views.get(house.ann, RED, view.id).spec == {"n": 2}


def test_a_save_that_makes_true_a_one_is_a_save(house: Any) -> None:
    view = make(house, house.ann, spec={"on": True, "of": {"each": 0}})
    later = save(house, house.ann, view, spec={"on": 1, "of": {"each": 0}})
    assert (later.revision, later.spec) == (2, {"on": 1, "of": {"each": 0}})
    assert later.spec is not None and later.spec["on"] is not True
    read = house.catalog.views.get(house.ann, RED, view.id).spec
    assert read["on"] is not True
    assert save(house, house.ann, later, spec={"of": {"each": False}, "on": 1}).revision == 3
    again = save(house, house.ann, later, revision=3, spec={"on": 1, "of": {"each": False}})
    assert again.revision == 3


def test_a_version_can_be_looked_at_and_saved_again(house: Any) -> None:
    view = make(house, house.ann, "one", spec={"n": 1})
    view = save(house, house.ann, view, name="two", spec={"n": 2})
    same = save(house, house.ann, view, name="two")
    assert same.revision == 2
    assert house.catalog.views.version(house.ann, RED, view.id, 1).spec == {"n": 1}
    back = house.catalog.views.restore_version(house.ann, RED, view.id, 1, 2)
    assert (back.revision, back.name, back.spec) == (3, "one", {"n": 1})
    versions = house.catalog.views.versions(house.ann, RED, view.id).versions
    assert [(version.revision, version.name, version.spec) for version in versions] == [
        (3, "one", None), (2, "two", None), (1, "one", None),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        house.catalog.views.restore_version(house.ann, RED, view.id, 2, 2)
    with pytest.raises(NotFound):
        house.catalog.views.version(house.ann, RED, view.id, 9)


def test_what_a_view_was_before_it_was_shared_stays_with_its_owner(house: Any) -> None:
    views = house.catalog.views
    view = make(house, house.ann, "rants", spec={"n": 1})
    view = save(house, house.ann, view, name="draft", spec={"n": 2})
    view = save(house, house.ann, view, sharing="shared")
    view = save(house, house.ann, view, name="shared", spec={"n": 3})

    def seen(actor: Any) -> list[str]:
        return [version.name for version in views.versions(actor, RED, view.id).versions]

    assert seen(house.ann) == ["shared", "draft", "rants"]
    assert seen(house.vic) == ["shared", "draft"], "it was shared as it was then"
    assert views.version(house.vic, RED, view.id, 2).spec == {"n": 2}
    with pytest.raises(NotFound):
        views.version(house.vic, RED, view.id, 1)
    assert views.version(house.ann, RED, view.id, 1).spec == {"n": 1}
    view = save(house, house.ann, view, sharing="personal")
    view = save(house, house.ann, view, name="aside")
    view = save(house, house.ann, view, name="again", sharing="shared")
    assert seen(house.vic) == ["again", "shared", "draft"]
    house.catalog.views.restore_version(house.ann, RED, view.id, 1, view.revision)
    assert seen(house.vic) == ["rants", "again", "shared", "draft"], "what its owner brings back is shared again"


def test_a_page_opens_with_one_shared_view(house: Any) -> None:
    first, second = make(house, house.ann, "a", sharing="shared"), make(house, house.ann, "b", sharing="shared")
    own = make(house, house.ann, "c")
    house.catalog.views.set_default(house.ann, RED, first.id, is_default=True)
    assert house.catalog.views.set_default(house.ann, RED, second.id, is_default=True).is_default
    assert [view.name for view in house.catalog.views.list(house.vic, RED, "workspace").views if view.is_default] == ["b"]
    with pytest.raises(Conflict, match="personal"):
        house.catalog.views.set_default(house.ann, RED, own.id, is_default=True)
    with pytest.raises(Forbidden):
        house.catalog.views.set_default(house.vic, RED, first.id, is_default=True)
    assert not save(house, house.ann, second, sharing="personal").is_default
    assert names(house, house.vic) == ["a"]


def test_a_deleted_view_comes_back_with_everything(house: Any) -> None:
    view = make(house, house.ann, sharing="shared", spec={"n": 7})
    house.catalog.views.delete(house.ann, RED, view.id)
    assert names(house, house.ann) == []
    with pytest.raises(NotFound):
        save(house, house.ann, view, name="x")
    with pytest.raises(Forbidden):
        house.catalog.views.restore(house.vic, RED, view.id)
    assert house.catalog.views.restore(house.ann, RED, view.id).spec == {"n": 7}
    house.catalog.views.delete(house.ann, RED, view.id)
    house.clock.advance(100)
    assert house.catalog.views.purge_old(99) == 1
    with pytest.raises(NotFound):
        house.catalog.views.restore(house.ann, RED, view.id)


def test_a_newer_versions_view_is_kept_and_answered_as_it_is(house: Any) -> None:
    spec = {"format": 99, "panels": [{"kind": "hologram", "unknown": {"deep": [1.0, 2, None]}}]}
    view = make(house, house.ann, spec=spec)
    assert house.catalog.views.get(house.ann, RED, view.id).spec == spec
    assert house.catalog.views.link(house.ann, RED, spec).spec == spec


def test_what_is_no_view_is_refused(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidName):
        make(house, house.ann, "")
    for version in (0, "1", True, None):
        with pytest.raises(InvalidRequest, match="format"):
            make(house, house.ann, spec={"format": version})
    with pytest.raises(TooLarge, match="VIEW_BYTES"):
        make(house, house.ann, spec={"text": "x" * limits.VIEW_BYTES})
    with pytest.raises(InvalidRequest, match="page"):
        house.catalog.views.list(house.ann, RED, "elsewhere")
    monkeypatch.setattr(limits, "VIEW_COUNT", 2)
    first = make(house, house.ann)
    make(house, house.ann)
    with pytest.raises(Conflict, match="VIEW_COUNT"):
        make(house, house.ann)
    house.catalog.views.delete(house.ann, RED, first.id)
    third = make(house, house.ann)
    with pytest.raises(Conflict, match="VIEW_COUNT"):
        house.catalog.views.restore(house.ann, RED, first.id)
    house.catalog.views.delete(house.ann, RED, third.id)
    assert house.catalog.views.restore(house.ann, RED, first.id).id == first.id
    make(house, house.vic)
    make(house, house.ann, sharing="shared")


def test_links_are_named_by_their_content(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    link = house.catalog.views.link(house.vic, RED, {"a": 1, "b": [2.5]})
    assert house.catalog.views.link(house.ann, RED, {"b": [2.5], "a": 1}).id == link.id
    assert house.catalog.views.link(house.ann, RED, {"b": [2.5], "a": 2}).id != link.id
    assert len(link.id) == 16
    assert house.catalog.views.linked(house.ann, RED, link.id).spec == {"a": 1, "b": [2.5]}
    for actor, link_id in ((house.ann, "nothing"), (house.zoe, link.id)):
        with pytest.raises(NotFound):
            house.catalog.views.linked(actor, RED, link_id)
    monkeypatch.setattr(limits, "VIEW_LINKS", 2)
    with pytest.raises(Conflict, match="VIEW_LINKS"):
        house.catalog.views.link(house.ann, RED, {"c": 1})
    assert house.catalog.views.link(house.ann, RED, {"a": 1, "b": [2.5]}).id == link.id


def test_shared_views_are_audited_and_other_browsers_hear_of_them(house: Any) -> None:
    stores: Stores = house.catalog.stores
    heard: list[Any] = []
    stores.bus.subscribe(heard.append)
    own = make(house, house.ann, "secret plan")
    view = make(house, house.ann, "plan", sharing="shared")
    save(house, house.ann, view, name="plan 2")
    house.catalog.views.lock(house.ann, RED, view.id, is_locked=True)
    house.catalog.views.delete(house.ann, RED, view.id)
    with stores.metadata.read() as unit:
        lines = [line for line in unit.audit.list(0, 100) if line.action.startswith("view:")]
        kinds = [event.kind for event in unit.events.after(0, 100) if event.kind.startswith("View")]
    assert [line.action for line in lines] == ["view:create", "view:edit", "view:lock", "view:delete"]
    assert all(line.subject == f"red/plans/views/{view.id}" for line in lines)
    assert "secret" not in str(lines)
    assert kinds == ["ViewCreated", "ViewEdited", "ViewEdited", "ViewDeleted"]
    assert [(news.kind, news.project, news.keys) for news in heard][:2] == [
        ("views", "plans", ()),
        ("views", "plans", (view.id,)),
    ]
    assert own.id not in str(heard)


def test_the_log_says_when_a_view_is_taken_from_the_others_and_what_was_switched(house: Any) -> None:
    stores: Stores = house.catalog.stores
    view = make(house, house.ann, "plan", sharing="shared")
    for is_locked in (True, False):
        house.catalog.views.lock(house.ann, RED, view.id, is_locked=is_locked)
    for is_default in (True, False):
        house.catalog.views.set_default(house.ann, RED, view.id, is_default=is_default)
    save(house, house.ann, view, sharing="personal", name="my secret")
    save(house, house.ann, view, sharing="shared", revision=2)
    with stores.metadata.read() as unit:
        lines = [line for line in unit.audit.list(0, 100) if line.action.startswith("view:")]
        kinds = [event.kind for event in unit.events.after(0, 100) if event.kind.startswith("View")]
    assert [(line.action, line.data) for line in lines] == [
        ("view:create", {"name": "plan", "revision": 1}),
        ("view:lock", {"name": "plan", "revision": 1, "is_locked": True}),
        ("view:lock", {"name": "plan", "revision": 1, "is_locked": False}),
        ("view:default", {"name": "plan", "revision": 1, "is_default": True}),
        ("view:default", {"name": "plan", "revision": 1, "is_default": False}),
        ("view:edit", {"name": "plan", "revision": 2, "sharing": "personal"}),
        ("view:edit", {"name": "my secret", "revision": 2, "sharing": "shared"}),
    ]
    assert {line.actor for line in lines} == {"ann"}
    assert kinds == ["ViewCreated"] + 6 * ["ViewEdited"]
