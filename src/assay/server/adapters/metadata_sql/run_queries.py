"""Which runs match, what they have in a column, which columns there are."""

from __future__ import annotations

import sqlalchemy as sa

from assay.server.adapters.metadata_sql.dialect import SqliteDialect


class SqlRunQueries:
    _connection: sa.Connection
    _dialect: SqliteDialect
