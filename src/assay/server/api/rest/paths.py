"""Names in addresses, parsed once where they enter."""

from __future__ import annotations

from typing import Any

from litestar import Request

from assay.wire.names import ProjectPath, RunPath

PROJECT = "/api/v1/projects/{entity:str}/{project:str}"
RUN = PROJECT + "/runs/{run_id:str}"


def project_path(entity: str, project: str) -> ProjectPath:
    """Raises InvalidName."""
    return ProjectPath.parse(f"{entity}/{project}")


def run_path(entity: str, project: str, run_id: str) -> RunPath:
    """Raises InvalidName."""
    return RunPath.parse(f"{entity}/{project}/{run_id}")


def base_url(request: Request[Any, Any, Any]) -> str:
    """The server as the caller reached it. The Host was checked before routing."""
    return f"{request.scope['scheme']}://{request.headers['host']}{request.scope.get('root_path', '')}"
