"""Telling people by mail that versions of theirs will be deleted soon, in time to keep what they want to keep.

Whoever made a version is told, and admins of the team that it belongs to, each in one mail with all that ends within
`limits.NOTICE_DAYS`. Of each end a person hears once; where nobody has an address, nobody is told and the version goes all the
same, as `report` says it will."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from assay.server.domain.accounts import User
from assay.server.domain.errors import MailRefused
from assay.server.domain.mail import Mail
from assay.server.domain.retention import expires_at
from assay.server.ports.mail import Mailer
from assay.server.ports.metadata import Unit
from assay.server.services.artifact_finding import Found
from assay.server.services.people import readers
from assay.server.services.retention import versions_of
from assay.server.services.stores import Stores
from assay.wire import limits
from assay.wire.errors import Unavailable

log = logging.getLogger("assay.server.notices")
_LISTED = 50  # versions in one mail; of the others it says how many there are
_TRIES = 3  # mails in a row that were not taken, after which the server counts as away: each may have cost its whole timeout
_Ending = tuple[float, Found]


class NoticeService:
    """`mailer` None: nothing is sent. `public_url` empty: mails have no links."""

    def __init__(self, stores: Stores, mailer: Mailer | None, public_url: str = "") -> None:
        self._stores = stores
        self._mailer = mailer
        self._public_url = public_url
        self._heard: set[tuple[str, int, float]] = set()
        """(user, version, end) that was told while others have yet to be told of the same version."""

    @property
    def can_send(self) -> bool:
        return self._mailer is not None

    def work(self) -> int:
        """Send what is due; a worker calls it. Answers how many mails were sent. What a mail server does not take is sent at
        another time, and keeps nobody else from being told, nor tells them again."""
        if self._mailer is None:
            return 0
        count = failures = 0
        self._heard = {one for one in self._heard if one[2] > self._stores.now()}
        with self._stores.metadata.read() as unit:
            entities = [entity.name for entity in unit.teams.entities()]
        for entity in entities:
            with self._stores.metadata.read() as unit:
                ending = self._ending(unit, entity)
                people = self._people(unit, entity, ending) if ending else {}
            waiting: set[int] = set()  # versions that somebody has yet to be told of
            for user, theirs in people.values():
                outcome = self._send(self._mail(user, entity, theirs)) if failures < _TRIES else None
                failures = failures + 1 if outcome is None else 0
                if outcome is None:
                    waiting |= {found.version.key for _, found in theirs}
                else:
                    count += outcome
                    self._heard |= {(user.username, found.version.key, end) for end, found in theirs}
            told = {found.version.key: end for _, theirs in people.values() for end, found in theirs}
            told = {key: end for key, end in told.items() if key not in waiting}
            if told:
                with self._stores.metadata.begin() as unit:
                    unit.artifacts.end_told(told)
                self._heard = {one for one in self._heard if one[1] not in told}
        return count

    def _send(self, mail: Mail) -> bool | None:
        """Whether it was sent; None: not now."""
        assert self._mailer is not None
        try:
            self._mailer.send(mail)
        except MailRefused as error:
            log.warning("%s", error)
            return False
        except Unavailable as error:
            log.warning("%s %s is told in an hour.", error, mail.to)
            return None
        return True

    def _ending(self, unit: Unit, entity: str) -> list[_Ending]:
        """What ends soon and nobody was told of, first what ends first. What an alias points at stays."""
        now, until = self._stores.now(), self._stores.now() + limits.NOTICE_DAYS * 86_400
        rules, found = versions_of(unit, entity)
        ends = [(expires_at(one.version, one.collection, rules), one) for one in found]
        soon = [(end, one) for end, one in ends if now < end <= until and one.version.end_told != end]
        aliases = unit.artifacts.aliases([one.version.key for _, one in soon])
        return sorted((item for item in soon if item[1].version.key not in aliases), key=lambda item: item[0])

    def _people(self, unit: Unit, entity: str, ending: Iterable[_Ending]) -> Mapping[str, tuple[User, list[_Ending]]]:
        admins = {entity, *(member.username for member in unit.teams.members(entity) if member.role == "admin")}
        # Whoever made a version and is of the team no more may not read of it.
        users = {user.username: user for user in readers(unit, entity) if user.email}
        people: dict[str, tuple[User, list[_Ending]]] = {}
        for end, found in ending:
            for name in sorted({found.version.created_by, *admins} & users.keys()):
                if (name, found.version.key, end) not in self._heard:
                    people.setdefault(name, (users[name], []))[1].append((end, found))
        return people

    def _mail(self, user: User, entity: str, ending: list[_Ending]) -> Mail:
        (first, example), count = ending[0], len(ending)
        if count > 1:
            subject = f"Assay: {count} versions of {entity} will be deleted, the first on {_day(first)}"
            lines = [f"These versions of {entity} will be deleted when the time that they are kept is over:", ""]
        else:
            subject = f"Assay: {example.path} will be deleted on {_day(first)}"
            lines = [f"This version of {entity} will be deleted when the time that it is kept is over:", ""]
        for end, found in ending[:_LISTED]:
            lines.append(f"  {_day(end)}  {found.path}")
            if self._public_url:
                lines.append(f"              {self._address(found)}")
        if count > _LISTED:
            lines.append(f"  and {count - _LISTED} more")
        lines += [
            "",
            "To keep one, give it an alias, or a longer time:",
            f"  assay artifact alias {example.path} keep",
            f"  assay artifact ttl {example.path} 90d",
            "",
            f"What was deleted can be brought back for {limits.GRACE_DAYS} days.",
        ]
        return Mail(user.email, subject, "\n".join(lines) + "\n")

    def _address(self, found: Found) -> str:
        project, collection = found.project, found.collection
        parts = (project.entity, project.name, "artifacts", collection.type, collection.name, found.version.label)
        return "/".join([self._public_url, *(quote(part, safe="") for part in parts)])


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d %B %Y").lstrip("0")
