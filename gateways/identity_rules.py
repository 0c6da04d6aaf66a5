"""The checked `identity.yaml` and `retention.yaml` as rules, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.actions import ROLE_LABELS
from domain.conduct import Figure
from domain.identity import LEVEL_LABELS, IdentityRules, Level, Purpose
from models.identity_files import IdentityFile, RetentionFile


def identity_rules(file: IdentityFile, retention: RetentionFile) -> IdentityRules:
    """The rules the two files say."""
    return IdentityRules(
        levels={role.value: level for role, level in file.roles.levels.items()},
        purposes=tuple(
            Purpose(item.code, item.name, frozenset(role.value for role in item.roles)) for item in file.purposes.list
        ),
        unusual_reads=file.unusual_reads.value,
        anonymise_days=retention.identity.days,
    )


def identity_figures(file: IdentityFile, retention: RetentionFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    by_level = {
        level: [ROLE_LABELS[role] for role, given in file.roles.levels.items() if given is level] for level in Level
    }
    said = "；".join(f"{LEVEL_LABELS[level]}：{'、'.join(roles)}" for level, roles in by_level.items() if roles)
    yield Figure("identity.roles", said, file.roles.source, file.roles.origin)
    names = "、".join(item.name for item in file.purposes.list)
    yield Figure("identity.purposes", names, file.purposes.source, file.purposes.origin)
    reads = file.unusual_reads
    yield Figure("identity.unusual_reads", f"一日{reads.value}人", reads.source, reads.origin)
    kept = retention.identity
    yield Figure("retention.identity", f"{kept.days}天", kept.source, kept.origin)
