"""Threads of comments and where people were named, in the store in dictionaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assay.server.domain.comments import Comment, SubjectKind
from assay.server.domain.mentions import Mention

if TYPE_CHECKING:
    from assay.testing.memory.metadata import State


class MemoryComments:
    def __init__(self, state: State) -> None:
        self._state = state

    def get(self, project_key: int, comment_id: int) -> Comment | None:
        comment = self._state.comments.get(comment_id)
        return comment if comment is not None and comment.project_key == project_key else None

    def add(self, comment: Comment) -> Comment:
        added = replace(comment, id=self._state.next("comment"))
        self._state.comments[added.id] = added
        return added

    def save(self, comment: Comment) -> None:
        stored = self.get(comment.project_key, comment.id)
        if stored is not None:
            changes = {name: getattr(comment, name) for name in ("text", "edited_at", "run", "link")}
            self._state.comments[stored.id] = replace(stored, **changes)

    def remove(self, project_key: int, comment_id: int) -> None:
        if self.get(project_key, comment_id) is not None:
            del self._state.comments[comment_id]
            MemoryMentions(self._state).forget(lambda mention: mention.comment_id == comment_id)

    def counts(self, project_key: int, kind: SubjectKind, subjects: Sequence[str]) -> dict[str, int]:
        mine = (one for one in self._state.comments.values() if (one.project_key, one.kind) == (project_key, kind))
        return dict(Counter(one.subject for one in mine if one.subject in subjects))

    def list(self, project_key: int, kind: SubjectKind, subject: str) -> list[Comment]:
        place = (project_key, kind, subject)
        return [one for one in self._state.comments.values() if (one.project_key, one.kind, one.subject) == place]

    def forget_project(self, project_key: int) -> None:
        self._state.comments = {key: one for key, one in self._state.comments.items() if one.project_key != project_key}


class MemoryMentions:
    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, mention: Mention, *, keep: int) -> None:
        number = self._state.next("mention")
        self._state.mentions[number] = replace(mention, id=number)
        for older in self.of_user(mention.user_id)[keep:]:
            del self._state.mentions[older.id]

    def of_user(self, user_id: int) -> list[Mention]:
        return [mention for mention in self._state.mentions.values() if mention.user_id == user_id][::-1]

    def mark_read(self, user_id: int, ids: Sequence[int], at: float) -> None:
        for mention in self.of_user(user_id):
            if mention.id in ids and not mention.read_at:
                self._state.mentions[mention.id] = replace(mention, read_at=at)

    def forget(self, is_gone: Callable[[Mention], bool]) -> None:
        self._state.mentions = {key: one for key, one in self._state.mentions.items() if not is_gone(one)}
