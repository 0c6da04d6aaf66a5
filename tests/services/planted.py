"""A ledger with many closed cases: one that really went through, put down again and again with what differs."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

import clock
from models.tables import Completion, HistoryRow, Petition
from services.context import Context
from tests.services import lives

# Things that may be reported and words that may be said of them; together they make texts that nobody writes twice.
THINGS = (
    "路灯",
    "井盖",
    "护栏",
    "水管",
    "树木",
    "电线",
    "垃圾桶",
    "站牌",
    "楼道",
    "电梯",
    "下水道",
    "人行道",
    "红绿灯",
    "广告牌",
    "公厕",
    "健身器材",
    "停车位",
    "充电桩",
    "监控",
    "围墙",
    "河道",
    "桥梁",
    "绿地",
    "幼儿园",
    "食堂",
    "市场",
    "摊位",
    "诊所",
    "药店",
    "网吧",
    "工地",
    "仓库",
    "油烟",
    "噪声",
    "灰尘",
    "污水",
    "蚊虫",
    "流浪狗",
    "共享单车",
    "消防栓",
)
WAYS = (
    "损坏",
    "丢失",
    "松动",
    "堵塞",
    "漏水",
    "倾斜",
    "发黑",
    "冒烟",
    "断裂",
    "占用",
    "积水",
    "异响",
    "脱落",
    "褪色",
    "破损",
    "外溢",
    "拥堵",
    "晃动",
    "生锈",
    "变形",
    "开裂",
    "塌陷",
    "倒伏",
    "刺鼻",
    "昏暗",
    "湿滑",
    "凌乱",
    "陈旧",
    "超载",
    "歪斜",
)


class Plant:
    """Puts cases into a ledger, each after the pattern of `template`, an archived case."""

    def __init__(self, context: Context, template_id: str, seed: int = 1) -> None:
        self.context = context
        self._rng = random.Random(seed)
        self._count = 0
        with context.readers() as session:
            self._petition = _values(session.get_one(Petition, template_id))
            steps = sa.select(HistoryRow).where(HistoryRow.petition_id == template_id).order_by(HistoryRow.version)
            self._history = [_values(row) for row in session.scalars(steps)]
            self._completion = _values(
                session.scalars(sa.select(Completion).where(Completion.petition_id == template_id)).one()
            )

    def words(self, number: int = 8) -> str:
        return "，".join(f"{self._rng.choice(THINGS)}{self._rng.choice(WAYS)}" for _ in range(number))

    def case(
        self,
        unit: str,
        *,
        reply: str | None = None,
        contacted: bool = True,
        recorded_by: str | None = None,
        satisfaction: str = "satisfied",
        minutes_left: int | None = None,
        leads: Sequence[str] = (),
        extension: bool = False,
        days_ago: int = 0,
    ) -> str:
        """One closed case of `unit`; its number. The reply speaks to the request unless one is given."""
        self._count += 1
        number, text = f"SZ-PLANTED-{self._count:05d}", self.words()
        key, moved = f"{self._count:08d}-0000-4000-8000-000000000000", clock.now().subtract(days=days_ago, hours=1)
        own: dict[str, Any] = {
            "id": key,
            "case_number": number,
            "query_code": f"P{self._count:011d}",
            "text": text,
            "unit": unit,
        }
        own |= {"run_id": None, "satisfaction": satisfaction, "closed_at": moved}
        rows = []
        for row in self._history:
            changed = row | {"petition_id": key, "at": moved}
            if row["unit"]:
                changed["unit"] = unit
            if row["trigger"] == "rate":
                given_by = "follow_up" if recorded_by else "petitioner"
                changed["details"] = {"satisfaction": satisfaction, "given_by": given_by}
                changed["actor_name"] = recorded_by or ""
            if row["trigger"] == "submit_completion" and minutes_left is not None:
                changed["due_at"] = moved.add(minutes=minutes_left)
            rows.append(changed)
        first, last = next(row for row in rows if row["trigger"] == "dispatch"), rows[-1]["version"]
        more = [("redispatch", lead) for lead in leads] + ([("request_extension", unit)] if extension else [])
        rows += [
            first | {"version": last + place, "trigger": name, "unit": lead}
            for place, (name, lead) in enumerate(more, 1)
        ]
        answered = reply or f"您反映的{text[: len(text) // 2]}等，已经派人到场处置，恢复原状并留影为证。"
        evidence = self._completion["evidence"] | {"public_reply": answered, "contacted": contacted}
        done = {name: value for name, value in self._completion.items() if name != "id"}
        with self.context.sessions.begin() as session:
            session.execute(sa.insert(Petition).values(self._petition | own))
            session.execute(sa.insert(HistoryRow), rows)
            session.execute(
                sa.insert(Completion).values(
                    done | {"petition_id": key, "unit": unit, "evidence": evidence, "decided_at": moved}
                )
            )
        return number


def _values(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns}


def honest_ledger(context: Context, each: int = 34) -> Plant:
    """Three units of `each` ordinary cases: now and then an extension, a hard deadline, a case that was handed on."""
    plant = Plant(context, lives.archived(context))
    units = (lives.UNIT, lives.OTHER_UNIT, "housing")
    for number in range(each):
        for place, unit in enumerate(units):
            plant.case(
                unit,
                contacted=number % 12 != 0,
                recorded_by=None if number % 2 else f"信息员{place}",
                satisfaction="dissatisfied" if number % 7 == 0 else "satisfied",
                minutes_left=15 if number % 15 == 0 else 3000,
                leads=(units[place - 1],) if number % 2 == 0 else (),
                extension=number % 13 == 0,
            )
    return plant
