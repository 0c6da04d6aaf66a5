"""`docs/figures.md`: each figure with its one definition, and the rules that hold for all of them."""

from __future__ import annotations

from domain.figures import (
    AS_OF_LIMITS,
    AS_OF_RULE,
    COUNTED_LABELS,
    COUNTS,
    PERIOD_RULE,
    SHARES,
    TIMES,
    UNIT_RULE,
    Counted,
    Definition,
)
from domain.policy import Policy

_ROUNDING = (
    "百分数四舍五入到规定的小数位(末位后为5的进一)；不是全部的不显示为100%，不是没有的不显示为0%。"
    "例：1232÷1238一位小数为99.5%，694÷699两位小数为99.28%。"
)
_INTERVAL = "率旁列 Wilson 区间和基数；基数为零的没有率，显示为“—”。"
_RANKING = (
    "只排基数够数的单位。“应有”是该单位的各大类若都像全区同类一样办理会有的率(间接标准化)；"
    "位次按实际减应有(退单率、重办率一类低者为好的相反)，相等的并列，其后的位次顺延。"
    "区间含应有的，与应有水平无明显差别，位次前后不足为凭。"
)


def docs_figures(policy: Policy) -> str:
    """The page: the rules of all figures first, then each one."""
    rules = policy.figure_rules
    ranked = "、".join(SHARES[name].chinese for name in rules.ranked)
    return "\n".join(
        [
            "# 指标 Figures",
            "",
            "由 `domain/figures.py` 生成，请勿手改；改后运行 `make docs`。",
            "接口 `GET /figures`、命令 `rongetong figures` 和日报、周报、月报用的都是这里的定义；",
            "每个数都能逐件列出(`GET /figures/{name}/cases`)。",
            "",
            "## 通则 Rules of all figures",
            "",
            f"- **归期**：{PERIOD_RULE}",
            f"- **截至**：{AS_OF_RULE}",
            f"- **例外**：{AS_OF_LIMITS}",
            f"- **归属**：{UNIT_RULE}",
            *(f"- **{counted.value}** {COUNTED_LABELS[counted]}。" for counted in Counted),
            f"- **进位**：{_ROUNDING}现为{rules.decimals}位。",
            f"- **区间**：{_INTERVAL}置信水平现为{rules.confidence:.0%}。",
            f"- **排名**：{_RANKING}现为满{rules.least_cases}件才排，排{ranked}。",
            "",
            "## 件数 Counts",
            "",
            "| 指标 | 名称 | 计入 | 不计 | 出处 |",
            "|---|---|---|---|---|",
            *(_row(f"`{name}`", *_names(item), item.base, item.excluded, item.source) for name, item in COUNTS.items()),
            "",
            "## 率 Shares",
            "",
            "| 指标 | 名称 | 计数 | 分母 | 分子 | 不计 | 出处 |",
            "|---|---|---|---|---|---|---|",
            *(
                _row(f"`{name}`", *_names(item), _unit(item), item.base, item.numerator, item.excluded, item.source)
                for name, item in SHARES.items()
            ),
            "",
            "## 用时 Times",
            "",
            "| 指标 | 名称 | 计数 | 计入 | 不计 | 出处 |",
            "|---|---|---|---|---|---|",
            *(
                _row(f"`{name}`", *_names(item), _unit(item), item.base, item.excluded, item.source)
                for name, item in TIMES.items()
            ),
            "",
        ]
    )


def _names(definition: Definition) -> tuple[str]:
    return (f"{definition.chinese} {definition.english}",)


def _unit(definition: Definition) -> str:
    return COUNTED_LABELS[definition.counted].partition("：")[0]


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell or "无" for cell in cells) + " |"
