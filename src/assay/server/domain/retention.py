"""How long a version is kept: its own word, then its collection's, then the rule for its type in the project, for the project,
for its type in the entity, for the entity. Who says nothing leaves it to the next; nobody at all means for ever."""

from __future__ import annotations

from collections.abc import Iterable

from assay.server.domain.artifacts import Collection, Rule, Version


def lifetime_s(version: Version, collection: Collection, rules: Iterable[Rule]) -> float:
    """Seconds after its creation; 0: for ever."""
    if version.ttl_s is not None:
        return version.ttl_s
    if collection.ttl_s is not None:
        return collection.ttl_s
    fitting = [rule for rule in rules if rule.project_key in (0, collection.project_key) and rule.type in ("", collection.type)]
    if not fitting:
        return 0.0
    return max(fitting, key=lambda rule: (rule.project_key != 0, rule.type != "")).ttl_s


def expires_at(version: Version, collection: Collection, rules: Iterable[Rule]) -> float:
    """Seconds since the epoch; 0: never."""
    lifetime = lifetime_s(version, collection, rules)
    return version.created_at + lifetime if lifetime else 0.0
