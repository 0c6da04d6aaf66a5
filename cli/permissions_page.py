"""`docs/permissions.md`, made from the table of what every route answers to whom."""

from __future__ import annotations

from api.permissions import ACCESS_LABELS, ASKER_LABELS, PAGES, PERMISSIONS, Access, Asker, Row


def docs_permissions() -> str:
    """The page: a row for every route of the interface, a column for everybody who may ask."""
    head = " | ".join(ASKER_LABELS[asker] for asker in Asker)
    return "\n".join(
        [
            "# 权限 Permissions",
            "",
            "由 `api/permissions.py` 生成，请勿手改；改表后运行 `make docs`。",
            "每一格都由 `tests/api/test_permissions.py` 核对。",
            "Generated; each cell is held to what the interface really answers.",
            "",
            *(f"- **{_cell(access)}**：{meaning}" for access, meaning in _MEANINGS.items()),
            "",
            "“承办单位”指该件现在的主办单位，“协办单位”指协办或曾经办过该件的单位，“其他单位”与该件无关。",
            "“可”是指角色可以；此刻能否执行还取决于阶段，见 [stages.md](stages.md)。",
            "",
            f"| 接口 | {head} |",
            "|---|" + ":-:|" * len(Asker),
            *(f"| `{route}` | {_cells(row)} |" for route, row in PERMISSIONS.items()),
            "",
            "## 管理页面 Pages of administration",
            "",
            "登录后打开；没有登录的先到登录页。每一格由 `tests/web/test_administration_permissions.py` 核对。",
            "",
            f"| 页面 | {head} |",
            "|---|" + ":-:|" * len(Asker),
            *(f"| `{route}` | {_cells(row)} |" for route, row in PAGES.items()),
            "",
        ]
    )


_MEANINGS = {
    Access.ALLOWED: "可以",
    Access.FORBIDDEN: "不得如此",
    Access.HIDDEN: "与该件无关者得到的答复，同没有该件一样",
    Access.NO_KEY: "先要有密钥",
}


def _cells(row: Row) -> str:
    return " | ".join(_cell(row[asker]) for asker in Asker)


def _cell(access: Access) -> str:
    return ACCESS_LABELS[access]
