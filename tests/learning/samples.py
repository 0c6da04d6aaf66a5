"""Made-up messages of three matters, enough of them to learn from."""

from __future__ import annotations

from itertools import product

from learning.examples import Example

MATTERS = {
    "路灯": ("路灯不亮", "路灯损坏", "灯杆倾斜", "夜里没有路灯"),
    "欠薪": ("拖欠工资", "工资没有发放", "包工头欠薪", "劳动合同纠纷"),
    "学校": ("老师补课收费", "学校食堂不卫生", "幼儿园学位不足", "教育局招生政策"),
}
WHERE = ("测试路", "样例小区", "示范村", "某工地")
ASKED = ("请尽快处理", "希望有关部门调查", "已经反映三次")


def examples(repeats: int = 1) -> list[Example]:
    """A label has 48 texts for each of the `repeats`."""
    return [
        Example(f"{where}{what}，{asked}{number or ''}", label)
        for number in range(repeats)
        for label, whats in MATTERS.items()
        for where, what, asked in product(WHERE, whats, ASKED)
    ]
