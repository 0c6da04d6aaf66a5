"""Petitions on their way, and whoever works on them at the pages."""

from __future__ import annotations

import sqlalchemy as sa

from domain.actions import Role
from models.tables import Petition
from services.context import Context
from tests.support import steps
from tests.support.pages import Page, Visitor, signed_in

UNIT, OTHER = "municipal-parks", "housing"
LAMPS = ("文化路街道广济路路灯不亮，出行不便", "建设路北段路灯已经坏了三天", "君山路路灯整夜不亮，请修理")
UNCLEAR = "有些话想说一说，不知道找谁"
EVIDENCE = {
    "is_true": "yes",
    "contacted": "yes",
    "contacted_at": "2026-03-02T09:00",
    "contact_way": "phone",
    "solved": "yes",
    "internal_account": "更换镇流器五只",
    "public_reply": "您反映的路灯已经修复，感谢您的监督。",
}


def petition(context: Context, text: str) -> Petition:
    with context.readers() as session:
        return session.scalars(sa.select(Petition).where(Petition.text.startswith(text))).one()


def reported(context: Context, *texts: str) -> list[str]:
    """The ids of petitions that were reported and taken as far as the platform takes them."""
    for text in texts:
        Visitor(context).report(text)
        steps.settle(context, petition(context, text).id)
    return [petition(context, text).id for text in texts]


def desk(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.DESK)


def unit(context: Context, code: str = UNIT) -> Visitor:
    return signed_in(Visitor(context), Role.UNIT, code)


def done(visitor: Visitor, case: str, what: str, **fields: str) -> Page:
    """What must succeed, on the page of the case."""
    page = visitor.send(visitor.open(f"/cases/{case}").form(f"/{what}"), **fields)
    assert page.status == 200, page.text
    assert "已完成" in page.text, page.text
    steps.settle(visitor.context, case)
    return page


def stage(context: Context, case: str) -> str:
    return steps.petition_of(context, case).stage


def unit_again(context: Context) -> Visitor:
    return signed_in(Visitor(context), Role.UNIT, UNIT, "测试园林乙")
