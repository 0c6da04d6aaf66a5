"""`docs/stages.md`, made from the transition table and the table of permissions."""

from __future__ import annotations

from collections import defaultdict

from domain.actions import PERMITTED, ROLE_LABELS, Role
from domain.stages import (
    CLOSING_STAGES,
    FINAL_STAGES,
    FORMER_TRIGGER_LABELS,
    INTAKE_STAGES,
    STAGE_LABELS,
    TRANSITIONS,
    TRIGGER_LABELS,
    Stage,
    Transition,
    Trigger,
)

# Nearly every open stage leads here; drawn, they would hide everything else. The tables have them.
_UNDRAWN = frozenset({Trigger.MERGE, Trigger.WITHDRAW, Trigger.TERMINATE})


def docs_stages() -> str:
    """The page: a diagram of all moves and two tables, by stage and by trigger."""
    undrawn = "、".join(TRIGGER_LABELS[trigger] for trigger in Trigger if trigger in _UNDRAWN)
    return "\n".join(
        [
            "# 阶段 Stages",
            "",
            "由 `domain/stages.py` 和 `domain/actions.py` 生成，请勿手改；改表后运行 `make docs`。",
            "Generated from the tables; change those and run `make docs`.",
            "",
            f"图中未画{undrawn}：它们几乎可从任何未结阶段发生，见下表。不改变阶段的操作也只列在表中。",
            "",
            *_diagram(),
            "",
            "## 按阶段 By stage",
            "",
            "平台可执行任何一步(由规则决定)，故只写人。“→”后是去向，没有“→”的不改变阶段。",
            "",
            "| 阶段 | 代码 | 性质 | 可执行的操作 |",
            "|---|---|---|---|",
            *(_stage_row(stage) for stage in Stage),
            "",
            "## 按操作 By trigger",
            "",
            "| 操作 | 代码 | 从 | 到 | 谁可执行 |",
            "|---|---|---|---|---|",
            *(_trigger_row(trigger) for trigger in Trigger),
            "",
            f"旧的历史记录里还有{_former()}，已不能再执行。",
            "",
        ]
    )


def _former() -> str:
    return "、".join(f"“{label}”(`{code}`)" for code, label in FORMER_TRIGGER_LABELS.items())


def _diagram() -> list[str]:
    edges: dict[tuple[str, Stage], list[str]] = defaultdict(list)
    for trigger, move in TRANSITIONS.items():
        if move.target is None or trigger in _UNDRAWN:
            continue
        for source in _sources(move) or ["[*]"]:
            edges[source, move.target].append(TRIGGER_LABELS[trigger])
    finals = [stage for stage in Stage if stage in FINAL_STAGES and any(target is stage for _, target in edges)]
    return [
        "```mermaid",
        "stateDiagram-v2",
        *(f'    state "{STAGE_LABELS[stage]}" as {stage}' for stage in Stage if _is_drawn(stage, edges)),
        *(f"    {source} --> {target}: {' / '.join(labels)}" for (source, target), labels in edges.items()),
        *(f"    {stage} --> [*]" for stage in finals),
        "```",
    ]


def _is_drawn(stage: Stage, edges: dict[tuple[str, Stage], list[str]]) -> bool:
    return any(stage in edge for edge in edges)


def _sources(move: Transition) -> list[str]:
    return [stage for stage in Stage if stage in move.sources]


def _stage_row(stage: Stage) -> str:
    steps = [
        f"{TRIGGER_LABELS[trigger]}{_arrow(move.target)}({_who(trigger)})"
        for trigger, move in TRANSITIONS.items()
        if stage in move.sources
    ]
    return f"| {STAGE_LABELS[stage]} | `{stage}` | {_nature(stage)} | {'<br>'.join(steps) or '—'} |"


def _trigger_row(trigger: Trigger) -> str:
    move = TRANSITIONS[trigger]
    sources = "、".join(STAGE_LABELS[stage] for stage in Stage if stage in move.sources) or "(新登记)"
    target = STAGE_LABELS[move.target] if move.target else "不变"
    return f"| {TRIGGER_LABELS[trigger]} | `{trigger}` | {sources} | {target} | {_who(trigger)} |"


def _arrow(target: Stage | None) -> str:
    return f" → {STAGE_LABELS[target]}" if target else " "


def _who(trigger: Trigger) -> str:
    people = [ROLE_LABELS[role] for role in Role if role in PERMITTED[trigger]]
    return "、".join(people) or "仅平台"


def _nature(stage: Stage) -> str:
    if stage in INTAKE_STAGES:
        return "受理"
    if stage in CLOSING_STAGES:
        return "收尾"
    return "终止" if stage in FINAL_STAGES else "办理"
