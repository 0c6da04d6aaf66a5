"""Closed cases to learn from: sentences in which no keyword of the shipped rules stands."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

import clock
from domain.dispatch import DispatchRequest
from domain.past_cases import PastCase
from models.tables import Petition
from services.context import Context

PARKS, POWER, WATER = "municipal-parks", "power-supply", "water"

# Nothing of the keyword library: what the words of these sentences mean can only be learned.
SAYINGS = {
    PARKS: ("紫藤架下的小径", "亭子旁的石阶", "花廊尽头的木栈道", "湖心岛的拱桥", "竹林边的步道"),
    POWER: ("表箱里的嗡嗡声", "铁塔上的警示球", "台区的夜间闪烁", "刀闸旁的封条", "线夹的火花"),
    WATER: ("塘坝的启闭机", "渠首的闸板", "泵房的集水坑", "渡槽的伸缩缝", "涵管的进口"),
}
ASKED = ("请看一看", "有人管吗", "已经三天了", "孩子天天经过", "夜里看不清", "老人害怕")


def cases(times: int = 4, *, wrong: Sequence[str] = ()) -> list[PastCase]:
    """Closed cases of three units in turn; those of the units in `wrong` were done by the next one."""
    units = list(SAYINGS)
    found = []
    for number in range(times * len(ASKED)):
        for place, unit in enumerate(units):
            sayings = SAYINGS[unit]
            text = f"{sayings[number % len(sayings)]}{ASKED[number % len(ASKED)]}，{number}号"
            right = units[(place + 1) % len(units)] if unit in wrong else unit
            found.append(PastCase(f"SZ-{number}-{place}", DispatchRequest(text), right, None))
    return found


def put_away(context: Context, past: Sequence[PastCase], template_id: str) -> None:
    """The cases as archived petitions, the first the latest, in all that learning does not read like the template."""
    with context.sessions.begin() as session:
        template = session.get_one(Petition, template_id)
        kept = {column.key: getattr(template, column.key) for column in sa.inspect(Petition).columns}
        for number, case in enumerate(past):
            own = {
                "id": f"case-{number:05d}",
                "case_number": f"SZ-CLOSED-{number:05d}",
                "query_code": f"C{number:011d}",
                "text": case.request.text,
                "unit": case.unit,
                "stage": "archived",
                "wake_at": None,
                "run_id": None,
                "sub_category": case.sub_category,
                "closed_at": clock.now().subtract(minutes=number),
            }
            session.execute(sa.insert(Petition).values(kept | own))
