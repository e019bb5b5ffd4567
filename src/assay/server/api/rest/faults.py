"""Faults: something turned out bad, and everything that came of it."""

from __future__ import annotations

from assay.server.api.rest.artifacts import VERSION
from assay.server.api.rest.paths import project_path
from assay.server.api.routing import delete, get, post, put
from assay.server.domain.accounts import Actor
from assay.server.services.catalog import Catalog
from assay.wire.messages import artifacts as messages

FAULTS = "/api/v1/entities/{entity:str}/faults"
OF_VERSION = VERSION + "/faults"


@post(FAULTS + "/reach", permission="fault:read")
def preview_fault(entity: str, data: messages.FaultRequest, actor: Actor, catalog: Catalog) -> messages.Reach:
    """What a fault would reach, before it is marked."""
    return catalog.faults.preview(actor, entity, data)


@post(FAULTS, permission="fault:write", status_code=201)
def mark_fault(entity: str, data: messages.FaultRequest, actor: Actor, catalog: Catalog) -> messages.Fault:
    """Mark a version, a run, a commit or a package as bad, with everything that came of it. Aliases may be frozen."""
    return catalog.faults.mark(actor, entity, data)


@get(FAULTS, permission="fault:read")
def list_faults(entity: str, actor: Actor, catalog: Catalog) -> messages.FaultList:
    """An entity's faults, newest first, with how far each reaches and which artifacts are clean again."""
    return catalog.faults.list(actor, entity)


@get(FAULTS + "/{fault_id:str}", permission="fault:read")
def get_fault(entity: str, fault_id: str, actor: Actor, catalog: Catalog) -> messages.FaultDetail:
    """One fault with everything that it reaches now."""
    return catalog.faults.get(actor, entity, fault_id)


@delete(FAULTS + "/{fault_id:str}", permission="fault:write", status_code=200)
def take_back_fault(entity: str, fault_id: str, actor: Actor, catalog: Catalog) -> messages.Fault:
    """Take a fault back: marks go, frozen aliases move again. Safe to repeat."""
    return catalog.faults.take_back(actor, entity, fault_id)


@get(OF_VERSION, permission="artifact:read")
def list_version_faults(
    entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog
) -> messages.VersionFaults:  # fmt: skip
    """The faults that reach a version, whoever marked them; which of its aliases they freeze, and what was accepted."""
    return catalog.faults.of_version(actor, project_path(entity, project), name, ref)


@put(OF_VERSION + "/acceptance", permission="fault:write")
def accept_version_faults(
    entity: str, project: str, name: str, ref: str, data: messages.AcceptRequest, actor: Actor, catalog: Catalog
) -> messages.VersionFaults:
    """Accept what reaches a version of one's own now, for a reason: its aliases are free again. Safe to repeat."""
    return catalog.faults.accept(actor, project_path(entity, project), name, ref, data.reason)


@delete(OF_VERSION + "/acceptance", permission="fault:write", status_code=200)
def withdraw_version_acceptance(
    entity: str, project: str, name: str, ref: str, actor: Actor, catalog: Catalog
) -> messages.VersionFaults:  # fmt: skip
    """Accept nothing of what reaches a version any more. Safe to repeat."""
    return catalog.faults.withdraw(actor, project_path(entity, project), name, ref)


HANDLERS = [
    preview_fault, mark_fault, list_faults, get_fault, take_back_fault, list_version_faults, accept_version_faults,
    withdraw_version_acceptance,
]  # fmt: skip
