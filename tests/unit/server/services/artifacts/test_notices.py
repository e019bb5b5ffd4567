"""Who hears by mail that versions end soon, of what, and how often."""

from __future__ import annotations

import pytest

from assay.server.domain.accounts import SYSTEM
from assay.server.domain.errors import MailRefused
from assay.server.domain.mail import Mail
from assay.server.services.notices import NoticeService
from assay.wire import limits
from assay.wire.errors import Unavailable
from assay.wire.messages import artifacts as messages
from assay.wire.names import ProjectPath
from tests.unit.server.services.artifacts.conftest import HOME, Shelf

DAY = 86_400.0
RED = ProjectPath("red", "plans")


class Post:
    """Keeps mails. `is_away`: nothing can be sent; `refuses`: addresses that it takes nothing for, `delays`: nothing for now."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.is_away = False
        self.refuses: set[str] = set()
        self.delays: set[str] = set()
        self.asked = 0

    def send(self, mail: Mail) -> None:
        self.asked += 1
        if mail.to in self.delays:
            raise Unavailable(detail="The mail server did not take a mail: 450 come again.")
        if self.is_away:
            raise Unavailable(detail="The mail server is away.")
        if mail.to in self.refuses:
            raise MailRefused(to=mail.to, reason="550 no such user")
        self.mails.append(mail)

    def taken(self) -> list[Mail]:
        mails, self.mails = self.mails, []
        return mails


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def notices(shelf: Shelf, post: Post) -> NoticeService:
    for name in ("ann", "vic"):
        shelf.catalog.accounts.set_email_of(SYSTEM, name, f"{name}@example.org")
    return NoticeService(shelf.catalog.stores, post, "https://assay.example.org")


def keep(shelf: Shelf, ref: str, days: float, home: ProjectPath = HOME) -> None:
    edit = messages.VersionEdit(ttl_s=days * DAY, remove_aliases=["latest"])
    shelf.catalog.artifact_edits.edit_version(shelf.house.ann, home, "cats", ref, edit)


def test_who_made_it_is_told_once_what_ends_when_and_how_to_keep_it(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    shelf.log({"a": b"one"})
    keep(shelf, "v0", limits.NOTICE_DAYS + 1)
    assert notices.work() == 0
    shelf.house.clock.advance(1.5 * DAY)
    assert notices.work() == 1
    (mail,) = post.taken()
    assert mail.to == "ann@example.org"
    assert mail.subject.startswith("Assay: ann/digits/cats:v0 will be deleted on ")
    assert "https://assay.example.org/ann/digits/artifacts/dataset/cats/v0" in mail.text
    assert "assay artifact alias ann/digits/cats:v0 keep" in mail.text
    assert notices.work() == 0  # once


def test_another_end_is_told_again(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    shelf.log({"a": b"one"})
    keep(shelf, "v0", 2)
    assert notices.work() == 1
    keep(shelf, "v0", 3)
    assert notices.work() == 1
    keep(shelf, "v0", 30)
    assert notices.work() == 0
    assert len(post.mails) == 2


def test_what_stays_is_not_spoken_of(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    shelf.log({"a": b"one"})
    keep(shelf, "v0", 2)
    shelf.log({"a": b"two"}, aliases=["best"])
    keep(shelf, "v1", 2)
    shelf.log({"a": b"three"})
    keep(shelf, "v2", 2)
    shelf.catalog.artifact_edits.delete_version(shelf.house.ann, HOME, "cats", "v2", with_aliases=False, is_dry=False)
    assert notices.work() == 1
    (mail,) = post.taken()
    assert "cats:v0" in mail.text
    assert "cats:v1" not in mail.text
    assert "cats:v2" not in mail.text


def test_admins_of_a_team_hear_of_what_others_made(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    shelf.catalog.teams.set_member(SYSTEM, "red", "vic", "admin")
    shelf.catalog.accounts.add_user(SYSTEM, "max", email="max@example.org")
    shelf.catalog.teams.set_member(SYSTEM, "red", "max", "member")
    for content in (b"one", b"two"):
        shelf.log({"a": content}, RED)
    keep(shelf, "v0", 2, RED)
    keep(shelf, "v1", 3, RED)
    assert notices.work() == 2
    mails = {mail.to: mail for mail in post.taken()}
    assert mails.keys() == {"ann@example.org", "vic@example.org"}
    for mail in mails.values():
        assert mail.subject.startswith("Assay: 2 versions of red will be deleted, the first on ")
        assert mail.text.index("cats:v0") < mail.text.index("cats:v1")


def test_who_left_the_team_hears_no_more_of_what_they_made_there(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    shelf.catalog.teams.set_member(SYSTEM, "red", "vic", "admin")
    shelf.log({"a": b"one"}, RED)
    keep(shelf, "v0", 2, RED)
    shelf.catalog.teams.remove_member(SYSTEM, "red", "ann")
    assert notices.work() == 1
    assert [mail.to for mail in post.taken()] == ["vic@example.org"]


def test_a_mail_server_that_is_away_loses_no_notice(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    shelf.log({"a": b"one"})
    keep(shelf, "v0", 2)
    post.is_away = True
    assert notices.work() == 0
    post.is_away = False
    assert notices.work() == 1


def test_an_address_that_nothing_is_taken_for_does_not_hold_up_the_others(
    shelf: Shelf, post: Post, notices: NoticeService
) -> None:
    shelf.catalog.teams.set_member(SYSTEM, "red", "vic", "admin")
    shelf.log({"a": b"one"}, RED)
    keep(shelf, "v0", 2, RED)
    post.refuses = {"ann@example.org"}
    assert notices.work() == 1
    assert [mail.to for mail in post.taken()] == ["vic@example.org"]
    assert notices.work() == 0


def test_an_address_that_has_to_wait_keeps_nobody_else_waiting_and_nobody_hears_twice(
    shelf: Shelf, post: Post, notices: NoticeService
) -> None:
    for name in ("vic", "max"):
        if name == "max":
            shelf.catalog.accounts.add_user(SYSTEM, name, email="max@example.org")
        shelf.catalog.teams.set_member(SYSTEM, "red", name, "admin")
    shelf.log({"a": b"one"}, RED)
    keep(shelf, "v0", 2, RED)
    post.delays = {"max@example.org"}
    assert notices.work() == 2
    assert sorted(mail.to for mail in post.taken()) == ["ann@example.org", "vic@example.org"]
    assert notices.work() == 0
    post.delays = set()
    assert notices.work() == 1
    assert [mail.to for mail in post.taken()] == ["max@example.org"]
    assert notices.work() == 0


def test_a_mail_server_that_is_away_is_not_asked_for_everybody(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    for number in range(9):
        shelf.catalog.accounts.add_user(SYSTEM, f"u{number}", email=f"u{number}@example.org")
        shelf.catalog.teams.set_member(SYSTEM, "red", f"u{number}", "admin")
    shelf.log({"a": b"one"}, RED)
    keep(shelf, "v0", 2, RED)
    post.is_away = True
    assert (notices.work(), post.asked) == (0, 3)
    post.is_away = False
    assert notices.work() == 10


def test_nobody_with_an_address_means_nobody_is_told(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    shelf.log({"a": b"one"})
    keep(shelf, "v0", 2)
    shelf.catalog.accounts.set_email(shelf.house.ann, "")
    assert notices.work() == 0
    shelf.catalog.accounts.set_email(shelf.house.ann, "ann@example.com")
    assert notices.work() == 1
    assert post.taken()[0].to == "ann@example.com"


def test_a_long_list_is_cut(shelf: Shelf, post: Post, notices: NoticeService) -> None:
    for number in range(53):
        shelf.log({"a": b"%d" % number}, ttl_s=2 * DAY)
    shelf.catalog.artifact_edits.edit_version(
        shelf.house.ann, HOME, "cats", "latest", messages.VersionEdit(remove_aliases=["latest"])
    )
    assert notices.work() == 1
    (mail,) = post.taken()
    assert mail.text.count("/artifacts/dataset/cats/") == 50
    assert "and 3 more" in mail.text


def test_without_a_mail_server_nothing_is_sent(shelf: Shelf) -> None:
    silent = NoticeService(shelf.catalog.stores, None)
    assert not silent.can_send
    assert silent.work() == 0
