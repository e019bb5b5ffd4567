"""The promises of MetadataStore as tests: units of work, accounts, teams, projects, logs. Runs are in `metadata_runs`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay.server.domain.accounts import Ended
from assay.server.domain.errors import ReadOnlyUnit
from assay.server.domain.events import verify_chain
from assay.server.ports.metadata import MetadataStore
from assay.testing.clock import START
from assay.testing.conformance.metadata_artifacts import MetadataArtifactsSuite
from assay.testing.conformance.metadata_moves import MetadataMovesSuite
from assay.testing.conformance.metadata_presets import MetadataPresetsSuite
from assay.testing.conformance.metadata_runs import MetadataRunsSuite
from assay.testing.conformance.metadata_views import MetadataViewsSuite
from assay.testing.factories import a_key, a_run, a_session, an_audit_entry, an_event, stored_project
from assay.wire.errors import Conflict, InvalidRequest, NotFound


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(0 … count − 1)` in threads that start together; their answers, or the errors they raised."""
    answers: list[Any] = [None] * count
    barrier = threading.Barrier(count)

    def one(index: int) -> None:
        barrier.wait()
        try:
            answers[index] = work(index)
        except Exception as error:
            answers[index] = error

    threads = [threading.Thread(target=one, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class MetadataStoreSuite(MetadataRunsSuite, MetadataMovesSuite, MetadataViewsSuite, MetadataPresetsSuite, MetadataArtifactsSuite):
    """Subclass it, give a `store` fixture and `reopen`: every promise of MetadataStore is then tested."""

    def reopen(self, folder: Path) -> MetadataStore:
        """The store that a snapshot put into `folder`."""
        raise NotImplementedError

    # Units of work

    def test_a_unit_that_fails_leaves_nothing_behind_not_even_its_events(self, store: MetadataStore) -> None:
        def fail() -> None:
            with store.begin() as unit:
                stored_project(unit)
                unit.events.add(an_event())
                unit.audit.add(an_audit_entry())
                unit.values.set("secret", "s")
                raise RuntimeError("half way")

        with pytest.raises(RuntimeError, match="half way"):
            fail()
        with store.read() as unit:
            assert unit.accounts.user("ann") is None
            assert unit.events.after(0, 10) == []
            assert unit.audit.list(0, 10) == []
            assert unit.values.get("secret") is None

    def test_a_unit_sees_what_it_wrote_and_others_only_after_it_ends(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.values.set("colour", "red")
            assert unit.values.get("colour") == "red"
            with store.read() as other:
                assert other.values.get("colour") is None
        with store.read() as other:
            assert other.values.get("colour") == "red"

    def test_a_reader_keeps_one_view_while_others_write(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.values.set("a", "1")
            unit.values.set("b", "1")
        with store.read() as view:
            assert view.values.get("a") == "1"
            with store.begin() as unit:
                unit.values.set("a", "2")
                unit.values.set("b", "2")
            assert view.values.get("b") == "1"

    def test_writing_through_a_reader_is_an_error_and_changes_nothing(self, store: MetadataStore) -> None:
        with pytest.raises(ReadOnlyUnit), store.read() as unit:
            unit.values.set("a", "1")
        with store.read() as unit:
            assert unit.values.get("a") is None

    def test_units_of_many_threads_are_serial(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.values.set("n", "0")

        def count(_index: int) -> None:
            for _ in range(5):
                with store.begin() as unit:
                    unit.values.set("n", str(int(unit.values.get("n") or 0) + 1))

        assert at_once(10, count) == [None] * 10
        with store.read() as unit:
            assert unit.values.get("n") == "50"

    def test_an_error_that_is_caught_inside_a_unit_does_not_spoil_it(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.accounts.add_user("ann", "Ann", "", False, START)
            with pytest.raises(Conflict):
                unit.teams.add_team("ann", START)
            unit.teams.add_team("lab", START)
        with store.read() as unit:
            assert [entity.name for entity in unit.teams.entities()] == ["ann", "lab"]

    def test_a_snapshot_is_whole_and_apart(self, store: MetadataStore, tmp_path: Path) -> None:
        folder = tmp_path / "copy"
        folder.mkdir()
        with store.begin() as unit:
            project = stored_project(unit)
            run = unit.runs.add(a_run(project, config={"lr": 0.1}))
        store.snapshot(str(folder))
        with store.begin() as unit:
            unit.values.set("later", "yes")
        copy = self.reopen(folder)
        with copy.read() as unit:
            assert unit.runs.get(project.key, "r1") == run
            assert unit.values.get("later") is None
        assert copy.verify() == []
        copy.close()

    def test_a_snapshot_while_others_write_is_the_state_of_one_moment(self, store: MetadataStore, tmp_path: Path) -> None:
        folders = [tmp_path / f"copy{number}" for number in range(3)]
        done = threading.Event()

        def work(index: int) -> None:
            if index == 0:
                for folder in folders:
                    folder.mkdir()
                    store.snapshot(str(folder))
                done.set()
            number = 0
            while not done.is_set():
                number += 1
                with store.begin() as unit:
                    unit.values.set(f"left {index}", str(number))
                    unit.values.set(f"right {index}", str(number))

        assert at_once(4, work) == [None] * 4
        for folder in folders:
            copy = self.reopen(folder)
            with copy.read() as unit:
                for index in range(1, 4):
                    assert unit.values.get(f"left {index}") == unit.values.get(f"right {index}")
            assert copy.verify() == []
            copy.close()

    def test_a_store_in_order_has_nothing_to_report(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.runs.add(a_run(stored_project(unit), config={"lr": 0.1}))
            unit.audit.add(an_audit_entry())
        assert store.verify() == []

    # Accounts

    def test_a_user_is_found_by_name_and_id_and_keeps_what_is_saved(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            ann = unit.accounts.add_user("ann", "Ann", "hash", True, START)
            bob = unit.accounts.add_user("bob", "Bob", "", False, START)
            changed = replace(ann, display_name="Ännchen 🌿", is_active=False, is_admin=False, email="ann@example.org")
            unit.accounts.save_user(changed)
        with store.read() as unit:
            found = unit.accounts.user("ann")
            assert found == changed
            assert unit.accounts.user_by_id(ann.id) == found
            assert unit.accounts.users() == [found, bob]
            assert unit.accounts.user("nobody") is None
            assert unit.accounts.user_by_id(99) is None

    def test_saving_what_does_not_exist_says_so(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            ann = unit.accounts.add_user("ann", "Ann", "", False, START)
            with pytest.raises(NotFound):
                unit.accounts.save_user(replace(ann, id=ann.id + 7))
            with pytest.raises(NotFound):
                unit.accounts.save_key(a_key(user_id=ann.id))
            with pytest.raises(NotFound):
                unit.projects.save(replace(stored_project(unit), key=99))
            with pytest.raises(NotFound):
                unit.projects.touch(99, START)

    def test_what_happens_in_a_project_and_what_is_said_of_it_are_kept_apart(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            before = stored_project(unit)
            unit.projects.save(replace(before, description="digits"))
            unit.projects.touch(before.key, START + 7)
            unit.projects.save(replace(before, description="letters"))
        with store.read() as unit:
            assert unit.projects.by_key(before.key) == replace(before, description="letters", last_activity_at=START + 7)

    def test_users_and_teams_share_one_set_of_names(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.accounts.add_user("ann", "", "", False, START)
            unit.teams.add_team("lab", START)
            with pytest.raises(Conflict, match="ann"):
                unit.accounts.add_user("ann", "", "", False, START)
            with pytest.raises(Conflict, match="lab"):
                unit.accounts.add_user("lab", "", "", False, START)
            with pytest.raises(Conflict, match="lab"):
                unit.teams.add_team("lab", START)

    def test_keys_are_kept_used_and_revoked(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            user = unit.accounts.add_user("ann", "", "", False, START)
            first, second = a_key(user_id=user.id), a_key(id="k2", user_id=user.id, created_at=START + 1)
            unit.accounts.add_key(second)
            unit.accounts.add_key(first)
            with pytest.raises(Conflict):
                unit.accounts.add_key(first)
            unit.accounts.save_key(replace(first, last_used_at=START + 5, revoked_at=START + 6))
        with store.read() as unit:
            assert unit.accounts.keys(user.id) == [replace(first, last_used_at=START + 5, revoked_at=START + 6), second]
            assert unit.accounts.key("k2") == second
            assert unit.accounts.key("k3") is None

    def test_sessions_end_one_by_one_and_all_at_once(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            user = unit.accounts.add_user("ann", "", "", False, START)
            for name in ("a", "b", "c"):
                unit.accounts.add_session(a_session(token_hash=name, user_id=user.id))
            unit.accounts.end_session("a")
            assert unit.accounts.session("a") is None
            assert unit.accounts.session("b") == a_session(token_hash="b", user_id=user.id)
            unit.accounts.add_link("theirs", user.id, START + 60)
            unit.accounts.add_link("another's", unit.accounts.add_user("bob", "", "", False, START).id, START + 60)
            unit.accounts.end_sessions(user.id)
            assert unit.accounts.session("c") is None
            assert unit.accounts.take_link("theirs", START) is None
            assert unit.accounts.take_link("another's", START) is not None

    def test_a_link_signs_in_once_and_not_after_its_time(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            user = unit.accounts.add_user("ann", "", "", False, START)
            unit.accounts.add_link("one", user.id, START + 60)
            unit.accounts.add_link("late", user.id, START + 60)
            assert unit.accounts.take_link("one", START + 59) == user.id
            assert unit.accounts.take_link("one", START + 59) is None
            assert unit.accounts.take_link("late", START + 60) is None
            assert unit.accounts.take_link("unknown", START) is None

    def test_all_that_lets_in_ends_at_once_for_one_or_for_everybody(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            ann, bob = (unit.accounts.add_user(name, "", "", False, START) for name in ("ann", "bob"))
            revoked = a_key(id="a2", user_id=ann.id, revoked_at=START)
            for key in (a_key(id="a1", user_id=ann.id), revoked, a_key(id="b1", user_id=bob.id)):
                unit.accounts.add_key(key)
                unit.accounts.save_key(key)
            for name, user, until in (("as", ann, 60), ("old", ann, 10), ("bs", bob, 60)):
                unit.accounts.add_session(a_session(token_hash=name, user_id=user.id, expires_at=START + until))
                unit.accounts.add_link(name, user.id, START + until)
        with store.begin() as unit:
            assert unit.accounts.end_all(ann.id, START + 10) == Ended(sessions=1, keys=1, links=1)
        with store.begin() as unit:
            assert [key.revoked_at for key in unit.accounts.keys(ann.id)] == [START + 10, START]
            assert (unit.accounts.session("as"), unit.accounts.session("old")) == (None, None)
            assert unit.accounts.take_link("as", START + 10) is None
            assert unit.accounts.session("bs") is not None
            assert unit.accounts.key("b1") == a_key(id="b1", user_id=bob.id)
            assert unit.accounts.end_all(None, START + 11) == Ended(sessions=1, keys=1, links=1)
        with store.begin() as unit:
            assert unit.accounts.session("bs") is None
            assert unit.accounts.take_link("bs", START + 11) is None
            assert [key.revoked_at for key in unit.accounts.keys(ann.id) + unit.accounts.keys(bob.id)] == [
                START + 10, START, START + 11,
            ]  # fmt: skip
            assert unit.accounts.end_all(None, START + 12) == Ended(0, 0, 0)

    # Teams

    def test_roles_are_the_own_space_and_the_teams(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            ann = unit.accounts.add_user("ann", "", "", False, START)
            unit.accounts.add_user("bob", "", "", False, START)
            team = unit.teams.add_team("lab", START)
            unit.teams.set_member("lab", "ann", "viewer")
            unit.teams.set_member("lab", "ann", "member")
            unit.teams.set_member("lab", "bob", "admin")
        with store.read() as unit:
            assert unit.teams.entity("lab") == team
            assert unit.teams.entity("nobody") is None
            assert unit.teams.roles(ann.id) == {"ann": "admin", "lab": "member"}
            assert unit.teams.roles(99) == {}
            assert [(member.username, member.role) for member in unit.teams.members("lab")] == [
                ("ann", "member"),
                ("bob", "admin"),
            ]
        with store.begin() as unit:
            unit.teams.remove_member("lab", "ann")
            unit.teams.remove_member("lab", "ann")
            assert unit.teams.roles(ann.id) == {"ann": "admin"}

    def test_only_users_join_and_only_teams_are_joined(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.accounts.add_user("ann", "", "", False, START)
            unit.accounts.add_user("bob", "", "", False, START)
            unit.teams.add_team("lab", START)
            for entity, user in [("nowhere", "ann"), ("lab", "nobody"), ("bob", "ann"), ("lab", "lab")]:
                with pytest.raises(NotFound):
                    unit.teams.set_member(entity, user, "member")

    # Projects

    def test_adding_a_project_again_answers_the_one_there_is(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            assert unit.projects.add("ann", "digits", START + 9) == project
            assert unit.projects.get("ann", "digits") == unit.projects.by_key(project.key) == project
            assert unit.projects.get("ann", "letters") is None
            with pytest.raises(NotFound, match="nobody"):
                unit.projects.add("nobody", "digits", START)

    def test_a_project_counts_its_runs_and_those_running(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)
            stored_project(unit, project="other")
            runs = [unit.runs.add(a_run(project, id=f"r{n}")) for n in range(4)]
            unit.runs.save(replace(runs[0], state="finished"))
            unit.runs.save(replace(runs[1], deleted_at=START))
            assert unit.projects.by_key(project.key) == replace(project, run_count=3, running_count=2)
            unit.runs.save(replace(runs[1], state="failed"))
            unit.runs.forget([runs[2].key])
            assert unit.projects.by_key(project.key) == replace(project, run_count=3, running_count=1)

    def test_projects_page_newest_activity_first_while_others_arrive(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            stored_project(unit, project="p0")
            for n in range(1, 25):
                unit.projects.add("ann", f"p{n}", START + n // 3)
        seen: list[str] = []
        cursor = ""
        while True:
            with store.read() as unit:
                page, total, cursor = unit.projects.list(["ann"], cursor, 10)
            assert total >= 25
            seen += [project.name for project in page]
            if not cursor:
                break
            with store.begin() as unit:
                unit.projects.add("ann", f"new{len(seen)}", START + 1000)
        assert seen == [f"p{n}" for n in sorted(range(25), key=lambda n: (n // 3, n), reverse=True)]

    def test_a_page_shows_only_the_entities_asked_for(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            stored_project(unit, "ann", "one")
            stored_project(unit, "bob", "two")
            assert [project.name for project in unit.projects.list(["bob"], "", 10)[0]] == ["two"]
            assert unit.projects.list([], "", 10) == ([], 0, "")
            assert unit.projects.list(None, "", 10)[1] == 2

    @pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "ö", "MS4wIHg"])
    def test_a_cursor_that_is_none_is_refused(self, store: MetadataStore, cursor: str) -> None:
        with pytest.raises(InvalidRequest, match="cursor"), store.read() as unit:
            unit.projects.list(None, cursor, 10)

    def test_deleting_a_project_takes_its_runs_and_leaves_the_others(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            one, two = stored_project(unit, project="one"), stored_project(unit, project="two")
            gone = unit.runs.add(a_run(one, config={"lr": 1}))
            kept = unit.runs.add(a_run(two, config={"lr": 1}))
            unit.projects.delete(one.key)
        with store.begin() as unit:
            assert unit.projects.by_key(one.key) is None
            assert unit.runs.by_keys([gone.key, kept.key]) == [kept]
            assert unit.projects.add("ann", "one", START).key not in {one.key, two.key}
        assert store.verify() == []

    # Logs

    def test_events_are_read_in_order_from_a_place(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.events.add(*(an_event(subject=f"s{n}", data={"n": n, "nested": {"ö": [1, None]}}) for n in range(5)))
            unit.events.add()
        with store.read() as unit:
            events = unit.events.after(0, 100)
            assert [event.subject for event in events] == [f"s{n}" for n in range(5)]
            assert events == [an_event(subject=f"s{n}", data=events[n].data, id=events[n].id) for n in range(5)]
            assert events[3].data == {"n": 3, "nested": {"ö": [1, None]}}
            assert unit.events.after(events[1].id, 2) == events[2:4]

    def test_the_audit_log_is_one_unbroken_chain_whoever_writes(self, store: MetadataStore) -> None:
        def write(index: int) -> None:
            for n in range(5):
                with store.begin() as unit:
                    unit.audit.add(an_audit_entry(actor=f"a{index}", data={"n": n, "newline": "a\nb", "when": START}))

        at_once(8, write)
        with store.read() as unit:
            entries = unit.audit.list(0, 100)
            assert unit.audit.list(5, 3) == entries[5:8]
        assert [entry.sequence for entry in entries] == list(range(1, 41))
        assert verify_chain(entries) is None
        assert store.verify() == []

    # Races

    def test_fifty_threads_making_the_same_user_make_one(self, store: MetadataStore) -> None:
        def make(_index: int) -> Any:
            with store.begin() as unit:
                return unit.accounts.add_user("ann", "Ann", "", False, START)

        answers = at_once(50, make)
        made = [answer for answer in answers if not isinstance(answer, Conflict)]
        assert len(made) == 1
        with store.read() as unit:
            assert unit.accounts.users() == made

    def test_fifty_threads_making_the_same_project_get_the_same_one(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            unit.accounts.add_user("ann", "Ann", "", False, START)

        def make(_index: int) -> Any:
            with store.begin() as unit:
                return unit.projects.add("ann", "digits", START)

        answers = at_once(50, make)
        assert answers == [answers[0]] * 50
        with store.read() as unit:
            assert unit.projects.list(None, "", 10)[1] == 1

    def test_fifty_threads_making_the_same_run_make_one(self, store: MetadataStore) -> None:
        with store.begin() as unit:
            project = stored_project(unit)

        def make(index: int) -> Any:
            with store.begin() as unit:
                return unit.runs.add(a_run(project, name=f"n{index}", config={"index": index}))

        answers = at_once(50, make)
        (made,) = [answer for answer in answers if not isinstance(answer, Conflict)]
        with store.read() as unit:
            assert unit.runs.get(project.key, "r1") == made
            assert unit.projects.by_key(project.key) == replace(project, run_count=1, running_count=1)
        assert made.ordinal == 1
        assert store.verify() == []
