"""The checked `keys.yaml` as rules, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.key_rules import KeyRules
from models.keys_file import KeysFile

KEYS = "keys.yaml"


def key_rules(file: KeysFile) -> KeyRules:
    """The rules the file says."""
    return KeyRules(file.lifetime.days, file.warning.days)


def key_figures(file: KeysFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    for name, value in (("lifetime", file.lifetime), ("warning", file.warning)):
        yield Figure(f"keys.{name}", f"{value.days}天", value.source, value.origin)
