"""Projects as scripts read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assay.client import calls
from assay.client.http import Connection
from assay.sdk.query.paths import filter_of, sort_keys
from assay.sdk.query.runs import Runs, query_of
from assay.wire.messages import projects as messages
from assay.wire.names import ProjectPath


class Project:
    def __init__(self, connection: Connection, info: messages.Project) -> None:
        self._connection = connection
        self.info = info

    def __repr__(self) -> str:
        return f"<Project {self.entity}/{self.name}>"

    @property
    def entity(self) -> str:
        return self.info.entity

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def id(self) -> str:
        return f"{self.entity}/{self.name}"

    @property
    def description(self) -> str:
        return self.info.description

    @property
    def path(self) -> list[str]:
        return [self.entity, self.name]

    @property
    def url(self) -> str:
        return f"{self._connection.url}/{self.entity}/{self.name}"

    def runs(self, filters: dict[str, Any] | str | None = None, order: str = "+created_at", per_page: int = 50) -> Runs:
        path = ProjectPath(self.entity, self.name)
        return Runs(self._connection, path, query_of(filter_of(filters), sort_keys(order), per_page))


class Projects:
    """The projects of an entity, newest activity first, page by page."""

    def __init__(self, connection: Connection, entity: str | None, per_page: int) -> None:
        self._connection = connection
        self._entity = entity
        self._per_page = per_page

    def __iter__(self) -> Iterator[Project]:
        cursor = ""
        while True:
            page = calls.list_projects(self._connection, self._entity, cursor, self._per_page)
            for info in page.projects:
                yield Project(self._connection, info)
            cursor = page.next
            if not cursor:
                return

    def __len__(self) -> int:
        return calls.list_projects(self._connection, self._entity, "", 1).total

    def __repr__(self) -> str:
        return f"<Projects {self._entity or ''}>"
