"""Reading back what runs logged: `assay.Api()`, with the names scripts know. Lazy, typed, as rows or as frames."""

from assay.sdk.query.api import Api
from assay.sdk.query.files import File
from assay.sdk.query.projects import Project, Projects
from assay.sdk.query.runs import Run, Runs

__all__ = ["Api", "File", "Project", "Projects", "Run", "Runs"]
