"""The promises of MetadataStore about saved views, their links, what edits changed, earlier notes, comments and
mentions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assay.server.domain.errors import StaleWrite
from assay.server.domain.undos import UndoPart
from assay.server.ports.metadata import MetadataStore
from assay.testing.clock import START
from assay.testing.factories import a_comment, a_mention, a_run, a_view, stored_project
from assay.wire import limits
from assay.wire.errors import Conflict

SPEC: dict[str, Any] = {"format": 7, "odd": [1, 1.5, None, True, "na\u00efve \U0001f33f \u2028"], "deep": {"": {}}}


class MetadataViewsSuite:
    """Part of MetadataStoreSuite."""

    def test_a_view_comes_back_as_it_was_given_and_lists_come_without_specs(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            other = stored_project(unit, project="other")
            mine = unit.views.add(a_view(project, spec=SPEC))
            shared = unit.views.add(a_view(project, id="v2", owner="bob", sharing="shared", page="run"))
            unit.views.add(a_view(project, id="v3", owner="bob"))
            unit.views.add(a_view(other))
            with pytest.raises(Conflict):
                unit.views.add(a_view(project))
        with store.read() as unit:
            assert mine.revision == 1
            assert unit.views.get(project.key, "v1") == mine
            assert unit.views.get(project.key, "v9") is None
            assert unit.views.list(project.key, "", "ann") == [replace(mine, spec={}), replace(shared, spec={})]
            assert [view.id for view in unit.views.list(project.key, "run", "ann")] == ["v2"]
            assert [view.id for view in unit.views.list(project.key, "workspace", "bob")] == ["v3"]

    def test_a_save_over_an_older_revision_is_refused(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            first = unit.views.add(a_view(stored_project(unit)))
            second = unit.views.save(replace(first, name="two", updated_by="bob"), expected=first)
            assert second.revision == 2
            with pytest.raises(StaleWrite):
                unit.views.save(replace(first, name="three"), expected=first)
            flagged = unit.views.save(replace(second, is_locked=True), expected=second, is_version=False)
            assert flagged.revision == 2
            assert unit.views.get(first.project_key, first.id) == flagged
            saved = [(version.revision, version.name, version.who) for version in unit.views.versions(first.key)]
            assert saved == [(2, "two", "bob"), (1, "mine", "ann")]

    def test_a_version_is_shared_from_when_it_was_the_newest_of_a_shared_view(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            view = unit.views.add(a_view(stored_project(unit)))
            view = unit.views.save(replace(view, name="two"), expected=view)
            view = unit.views.save(replace(view, sharing="shared"), expected=view, is_version=False)
            view = unit.views.save(replace(view, name="three"), expected=view)
            view = unit.views.save(replace(view, sharing="personal"), expected=view, is_version=False)
            view = unit.views.save(replace(view, name="four"), expected=view)
            assert {one.name: one.sharing for one in unit.views.versions(view.key)} == {
                "four": "personal", "three": "shared", "two": "shared", "mine": "personal",
            }  # fmt: skip
            third = unit.views.version(view.key, 3)
            assert third is not None
            assert (third.name, third.sharing) == ("three", "shared")

    def test_the_newest_versions_are_kept_whole(self, store: MetadataStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "VIEW_VERSIONS", 3)
        with store.begin() as unit:
            view = unit.views.add(a_view(stored_project(unit), spec={"n": 1}))
            for n in range(2, 7):
                view = unit.views.save(replace(view, spec={"n": n}), expected=view)
            assert [version.revision for version in unit.views.versions(view.key)] == [6, 5, 4]
            kept = unit.views.version(view.key, 5)
            assert kept is not None
            assert kept.spec == {"n": 5}
            assert unit.views.version(view.key, 3) is None

    def test_one_view_of_a_page_is_the_default(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            first = unit.views.add(a_view(project, is_default=True))
            unit.views.add(a_view(project, id="v2", page="run", is_default=True, sharing="shared"))
            third = unit.views.add(a_view(project, id="v3"))
            unit.views.save(replace(third, is_default=True), expected=third, is_version=False)
            assert [view.id for view in unit.views.list(project.key, "", "ann") if view.is_default] == ["v2", "v3"]
            assert unit.views.get(project.key, "v1") == replace(first, is_default=False)

    def test_a_deleted_view_can_come_back_until_it_is_forgotten(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            view = unit.views.add(a_view(project))
            unit.views.save(replace(view, deleted_at=START + 5), expected=view, is_version=False)
            assert unit.views.list(project.key, "", "ann") == []
            assert unit.views.get(project.key, "v1") is None
            assert unit.views.get(project.key, "v1", with_deleted=True) is not None
            assert unit.views.forget_before(START + 5) == 0
            assert unit.views.forget_before(START + 6) == 1
            assert unit.views.get(project.key, "v1", with_deleted=True) is None
            assert unit.views.versions(view.key) == []

    def test_a_link_never_changes(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            unit.views.add_link(project.key, "abc", SPEC, START, "ann")
            unit.views.add_link(project.key, "abc", {"other": 1}, START, "bob")
        with store.read() as unit:
            assert unit.views.link(project.key, "abc") == SPEC
            assert unit.views.link(project.key, "abd") is None
            assert unit.views.link(project.key + 1, "abc") is None
            assert unit.views.link_count(project.key) == 1

    def test_parts_of_an_edit_are_kept_until_they_are_undone_or_old(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            changes = [{f"r{n}": {"tags": [["a"], ["b\u00e4"]]}} for n in range(3)]
            parts = [UndoPart("t", n, project.key, START + n, "ann", "edit", changes[n]) for n in range(3)]
            for part in reversed(parts):
                unit.undos.add(part)
            assert unit.undos.parts(project.key, "t") == parts
            assert unit.undos.parts(project.key + 1, "t") == []
            unit.undos.remove("t", 1)
            assert unit.undos.forget_before(START + 1) == 1
            assert unit.undos.parts(project.key, "t") == [parts[2]]

    def test_notes_are_kept_per_run_and_for_the_project(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            run = unit.runs.add(a_run(project))
            for n in range(3):
                unit.runs.add_note(project.key, run.key, START + n, "ann", f"note {n}")
            unit.runs.add_note(project.key, None, START, "bob", "of the project")
            assert unit.runs.notes(project.key, run.key, 2) == [(START + 2, "ann", "note 2"), (START + 1, "ann", "note 1")]
            assert unit.runs.notes(project.key, None, 9) == [(START, "bob", "of the project")]
            unit.runs.forget([run.key])
            assert unit.runs.notes(project.key, run.key, 9) == []

    def test_comments_are_kept_in_threads_in_their_order(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project, other = stored_project(unit), stored_project(unit, project="other")
            first = unit.comments.add(a_comment(project, text="na\u00efve \U0001f33f\n*x*"))
            # A clock that was set back does not change their order.
            second = unit.comments.add(a_comment(project, at=START - 9, who="bob"))
            elsewhere = unit.comments.add(a_comment(project, subject="c3 d4"))
            foreign = unit.comments.add(a_comment(other))
            assert len({comment.id for comment in (first, second, elsewhere, foreign)}) == 4
        with store.read() as unit:
            assert unit.comments.list(project.key, "region", "a1") == [first, second]
            assert unit.comments.list(project.key, "region", "none") == []
            assert unit.comments.counts(project.key, "region", ["a1", "c3 d4", "none"]) == {"a1": 2, "c3 d4": 1}
            assert unit.comments.counts(project.key, "region", []) == {}
            assert unit.comments.get(project.key, first.id) == first
            assert unit.comments.get(project.key, foreign.id) is None
            assert unit.comments.get(project.key, 1 << 40) is None

    def test_a_comment_is_edited_and_removed_in_its_project_alone(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project, other = stored_project(unit), stored_project(unit, project="other")
            first, second = unit.comments.add(a_comment(project)), unit.comments.add(a_comment(project))
            edited = replace(first, text="better", edited_at=START + 5, run="r\u00e4 1", link="seen")
            unit.comments.save(edited)
            unit.comments.save(replace(second, project_key=other.key, text="stolen"))
            unit.comments.remove(other.key, second.id)
            assert unit.comments.list(project.key, "region", "a1") == [edited, second]
            unit.comments.remove(project.key, first.id)
            unit.comments.remove(project.key, first.id)
            assert unit.comments.list(project.key, "region", "a1") == [second]
            # A number is never given again: who deletes a comment that is gone deletes no other.
            assert unit.comments.add(a_comment(project)).id not in (first.id, second.id)

    def test_mentions_are_a_persons_own_and_the_newest_are_kept(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            stored_project(unit, "ann")
            stored_project(unit, "bob")
            ann, bob = unit.accounts.user("ann"), unit.accounts.user("bob")
            assert ann is not None
            assert bob is not None
            for n in range(4):
                unit.mentions.add(a_mention(ann.id, project, at=START + n, text=f"@ann {n} \U0001f33f"), keep=3)
            unit.mentions.add(a_mention(bob.id, project), keep=3)
        with store.begin() as unit:
            mine = unit.mentions.of_user(ann.id)
            assert [mention.text for mention in mine] == ["@ann 3 \U0001f33f", "@ann 2 \U0001f33f", "@ann 1 \U0001f33f"]
            theirs = unit.mentions.of_user(bob.id)
            unit.mentions.mark_read(ann.id, [mine[0].id, theirs[0].id, 1 << 40], START + 9)
            unit.mentions.mark_read(ann.id, [mine[0].id], START + 99)
            unit.mentions.mark_read(ann.id, [], START + 9)
            assert unit.mentions.of_user(ann.id) == [replace(mine[0], read_at=START + 9), *mine[1:]]
            assert unit.mentions.of_user(bob.id) == theirs

    def test_a_mention_goes_with_what_it_is_in(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project, other = stored_project(unit), stored_project(unit, project="other")
            ann = unit.accounts.user("ann")
            assert ann is not None
            run, comment = unit.runs.add(a_run(project)), unit.comments.add(a_comment(project))
            moved = unit.runs.add(a_run(project, id="r2"))
            unit.mentions.add(a_mention(ann.id, project, run_key=run.key), keep=9)
            unit.mentions.add(a_mention(ann.id, project, comment_id=comment.id), keep=9)
            unit.mentions.add(a_mention(ann.id, project), keep=9)
            unit.mentions.add(a_mention(ann.id, project, run_key=moved.key), keep=9)
            unit.moves.move(moved, other.key, "r2")
            unit.comments.remove(project.key, comment.id)
            assert [(one.run_key, one.comment_id) for one in unit.mentions.of_user(ann.id)] == [
                (moved.key, None), (None, None), (run.key, None),
            ]  # fmt: skip
            unit.runs.forget([run.key])
            assert len(unit.mentions.of_user(ann.id)) == 2
            unit.projects.delete(project.key)
            assert [one.project_key for one in unit.mentions.of_user(ann.id)] == [other.key]

    def test_a_projects_views_go_with_it(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            view = unit.views.add(a_view(project))
            unit.views.add_link(project.key, "abc", SPEC, START, "ann")
            unit.undos.add(UndoPart("t", 0, project.key, START, "ann", "delete", {"r1": True}))
            unit.runs.add_note(project.key, None, START, "ann", "x")
            unit.comments.add(a_comment(project))
            unit.projects.delete(project.key)
            assert unit.comments.list(project.key, "region", "a1") == []
            assert unit.views.get(project.key, "v1", with_deleted=True) is None
            assert unit.views.versions(view.key) == []
            assert unit.views.link(project.key, "abc") is None
            assert unit.undos.parts(project.key, "t") == []
            assert unit.runs.notes(project.key, None, 9) == []
