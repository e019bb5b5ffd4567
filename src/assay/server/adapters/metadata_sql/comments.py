"""Threads of comments, and where people were named."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.contents import AT_ONCE, in_parts
from assay.server.adapters.metadata_sql.tables import comments, mentions
from assay.server.domain.comments import Comment, SubjectKind
from assay.server.domain.mentions import Mention
from assay.wire.texts import clean

_COMMENTS = sa.select(*(comments.c[name] for name in Comment.__dataclass_fields__))

_MENTIONS = sa.select(*(mentions.c[name] for name in Mention.__dataclass_fields__))


class SqlComments:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, project_key: int, comment_id: int) -> Comment | None:
        query = _COMMENTS.where(comments.c.id == comment_id, comments.c.project_key == project_key)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Comment(*row)

    def add(self, comment: Comment) -> Comment:
        row = {name: getattr(comment, name) for name in Comment.__dataclass_fields__ if name != "id"}
        row |= {"text": clean(comment.text), "subject": clean(comment.subject)}
        number = self._connection.execute(sa.insert(comments).values(**row).returning(comments.c.id)).scalar_one()
        return Comment(number, **row)

    def save(self, comment: Comment) -> None:
        mine = (comments.c.id == comment.id, comments.c.project_key == comment.project_key)
        values = {"text": clean(comment.text), "edited_at": comment.edited_at, "run": comment.run, "link": comment.link}
        self._connection.execute(sa.update(comments).where(*mine).values(**values))

    def remove(self, project_key: int, comment_id: int) -> None:
        mine = (comments.c.id == comment_id, comments.c.project_key == project_key)
        self._connection.execute(sa.delete(comments).where(*mine))

    def counts(self, project_key: int, kind: SubjectKind, subjects: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        count = sa.select(comments.c.subject, sa.func.count()).group_by(comments.c.subject)
        for part in in_parts(sorted({clean(subject) for subject in subjects}), AT_ONCE):
            wanted = comments.c.subject.in_(part)
            query = count.where(comments.c.project_key == project_key, comments.c.kind == kind, wanted)
            found |= {subject: int(number) for subject, number in self._connection.execute(query)}
        return found

    def list(self, project_key: int, kind: SubjectKind, subject: str) -> list[Comment]:
        query = _COMMENTS.where(
            comments.c.project_key == project_key, comments.c.kind == kind, comments.c.subject == clean(subject)
        )
        return [Comment(*row) for row in self._connection.execute(query.order_by(comments.c.id))]


class SqlMentions:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, mention: Mention, *, keep: int) -> None:
        row = {name: getattr(mention, name) for name in Mention.__dataclass_fields__ if name != "id"}
        self._connection.execute(sa.insert(mentions).values(**row | {"text": clean(mention.text)}))
        newest = sa.select(mentions.c.id).where(mentions.c.user_id == mention.user_id).order_by(mentions.c.id.desc())
        oldest = self._connection.execute(newest.offset(keep).limit(1)).scalar_one_or_none()
        if oldest is not None:
            older = (mentions.c.user_id == mention.user_id, mentions.c.id <= oldest)
            self._connection.execute(sa.delete(mentions).where(*older))

    def of_user(self, user_id: int) -> list[Mention]:
        query = _MENTIONS.where(mentions.c.user_id == user_id).order_by(mentions.c.id.desc())
        return [Mention(*row) for row in self._connection.execute(query)]

    def mark_read(self, user_id: int, ids: Sequence[int], at: float) -> None:
        for part in in_parts(ids, AT_ONCE):
            mine = (mentions.c.user_id == user_id, mentions.c.read_at == 0, mentions.c.id.in_(part))
            self._connection.execute(sa.update(mentions).where(*mine).values(read_at=at))
