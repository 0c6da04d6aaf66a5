"""The checked `patterns.yaml` and `lists.yaml` as rules, and as values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.lists import ListRules
from domain.pattern_rules import PatternRules
from models.patterns_file import ListsFile, PatternsFile, SilentShape


def pattern_rules(file: PatternsFile) -> PatternRules:
    """The rules the file says."""
    values = {name: shape.value for name, shape in file if not isinstance(shape, SilentShape)}
    return PatternRules(window_days=values.pop("window"), silent=frozenset(file.silent.words), **values)


def list_rules(file: ListsFile) -> ListRules:
    """The rules the file says."""
    return ListRules(silence_strikes_off=file.silence.strikes_off)


_UNITS = {
    "window": "天",
    "least_base": "件",
    "least_pairs": "件",
    "least_peers": "件",
    "least_cases": "件",
    "times": "倍",
    "last_minutes": "分钟",
    "reply_grams": "个三字组",
    "reply_group": "件",
    "request_words": "个",
    "shared_words": "个",
}


def pattern_figures(file: PatternsFile) -> Iterator[Figure]:
    """Every value of `patterns.yaml` with its source, told in short; what has no unit is a share."""
    for name, shape in file:
        if isinstance(shape, SilentShape):
            said = f"{len(shape.words)}个词"
        else:
            said = f"{shape.value:g}{_UNITS[name]}" if name in _UNITS else f"{shape.value:.0%}"
        yield Figure(f"patterns.{name}", said, shape.source, shape.origin)


def list_figures(file: ListsFile) -> Iterator[Figure]:
    """Every value of `lists.yaml` with its source."""
    shape = file.silence
    yield Figure("lists.silence", "销号" if shape.strikes_off else "不销号", shape.source, shape.origin)
