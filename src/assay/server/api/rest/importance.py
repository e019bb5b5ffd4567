"""Which parameters explain a metric."""

from __future__ import annotations

from typing import Any

from litestar import Request

from assay.server.api.rest.paths import PROJECT, project_path
from assay.server.api.routing import post
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import importance as messages


@post(PROJECT + "/importance", permission="run:read")
async def explain(
    entity: str, project: str, data: messages.ImportanceRequest, request: Request[Any, Any, Any], actor: Actor, catalog: Catalog
) -> messages.ImportanceAnswer:
    """How much each parameter explains a metric of the runs that match, by a random forest, with correlations."""
    few = request.app.state.few["importances"]
    answer: messages.ImportanceAnswer = await few.call(catalog.importance.explain, actor, project_path(entity, project), data)
    return answer


HANDLERS = [explain]
