"""The desk: between whom the engine wavered, how the like ended, and what is probably one matter."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

import clock
from domain.actions import Actor, Role
from domain.coordinates import CoordinateSystem
from domain.stages import Trigger
from models.shapes import Registration
from models.tables import Completion, HistoryRow, Petition
from services import desk as service
from services import duplicate_pairs, intake, queries, recusals
from services.context import Context
from tests.support import steps
from tests.support.pages import Visitor, code_in
from tests.web.office import EVIDENCE, OTHER, UNCLEAR, UNIT, desk, done, petition, reported, stage, unit
from web.desk import PAGE

pytestmark = pytest.mark.usefixtures("cheap_passwords")

UNSURE = "门口路灯不亮，垃圾清运不及时"
PAST = "小区门口路灯不亮，晚上看不清，垃圾清运也不及时"
REPLY = "您反映的路灯已于当日修复，垃圾已清运。"
SAME = ("文化路街道广济路路灯不亮，晚上出行不安全", "文化路街道广济路的路灯一直不亮，请尽快修理")


def archived(context: Context, text: str, unit_code: str = OTHER, matter: str = "street-light-out") -> str:
    """A closed case of `unit_code` with its answer."""
    [case] = reported(context, text)
    with context.sessions.begin() as session:
        row = session.get_one(Petition, case)
        row.stage, row.unit, row.satisfaction = "archived", unit_code, "satisfied"
        row.category, row.sub_category = "municipal", matter
        row.closed_at, row.wake_at, row.returns = clock.now(), None, 1
        done_with = Completion(
            petition_id=case,
            unit=unit_code,
            submitted_at=clock.now(),
            evidence={"public_reply": REPLY},
            receipt="0" * 64,
        )
        done_with.outcome = "approved"
        session.add(done_with)
    return case


def test_the_queue_shows_between_whom_the_engine_wavered(context: Context) -> None:
    [case] = reported(context, UNSURE)
    assert stage(context, case) == "accepted", "the engine is not sure of it"
    html = desk(context).open("/tasks").html
    shown = re.search(r'aria-label="候选单位">(.*?)</ol>', html, re.DOTALL)
    assert shown
    said = service.weighed(context, Actor(Role.DESK), [case])[case]
    assert len(said.choices) > 1
    for choice in said.choices[:3]:
        assert choice.unit.name in shown[1]


def test_the_case_says_why_it_waits_and_what_the_duty_list_says(context: Context) -> None:
    [case] = reported(context, UNSURE)
    page = desk(context).open(f"/cases/{case}")
    said = service.weighed(context, Actor(Role.DESK), [case])[case]
    assert said.explanation in page.text
    first = said.choices[0]
    assert first.borne_out
    assert first.duty in page.text
    assert 'data-key="1"' in page.html
    assert 'data-key="2"' in page.html


def test_nobody_but_the_desk_is_shown_whom_the_engine_wavered_between(context: Context) -> None:
    [case] = reported(context, UNSURE)
    assert service.weighed(context, Actor(Role.OPERATOR), [case]) == {}
    assert service.weighed(context, Actor(Role.UNIT, UNIT), [case]) == {}


def test_why_the_engine_was_not_sure_is_for_the_desk_and_stays_as_it_was_written(context: Context) -> None:
    citizen = Visitor(context)
    receipt = citizen.report(UNSURE)
    case = petition(context, UNSURE)
    steps.settle(context, case.id)
    visitor = desk(context)
    done(visitor, case.id, "dispatch", unit=UNIT, reason="电话核实后派遣")
    with context.readers() as session:
        referred = sa.select(HistoryRow).where(HistoryRow.trigger == Trigger.REFER_TO_DESK.value)
        written = session.scalars(referred).one()
    assert "转人工派遣" in written.reason
    assert written.details["candidates"]
    at_unit, at_home = unit(context).open(f"/cases/{case.id}"), citizen.open(f"/follow/{case.case_number}")
    assert "派遣专席人工派遣" in at_unit.text
    assert "电话核实后派遣" in at_unit.text
    assert code_in(receipt)
    assert "办理经过" in at_home.text
    for page in (at_unit, at_home):
        assert written.reason not in page.text
        assert "把握不足" not in page.text
    assert written.reason in visitor.open(f"/cases/{case.id}").text
    [told] = [
        row
        for row in queries.history(context, case.id, Actor(Role.UNIT, UNIT)).entries
        if row.trigger == Trigger.REFER_TO_DESK
    ]
    assert (told.reason, told.details, told.digest) == ("派遣专席人工派遣", {}, written.digest)


def test_how_the_like_ended_is_shown_with_whose_it_was(context: Context) -> None:
    past = archived(context, PAST)
    [case] = reported(context, UNSURE)
    page = desk(context).open(f"/cases/{case}")
    assert "办结过的类似诉求" in page.text
    number = petition(context, PAST).case_number
    for shown in (number, REPLY, "满意", "退单1次", "同属“路灯不亮”", "文字相似"):
        assert shown in page.text, shown
    assert f"/cases/{past}" in page.links


def test_what_is_going_on_or_is_about_something_else_is_no_example(context: Context) -> None:
    archived(context, "自来水浑浊发黄没法喝，要求检测水质", matter="")
    reported(context, PAST)
    [case] = reported(context, UNSURE)
    assert "办结过的类似诉求" not in desk(context).open(f"/cases/{case}").text


def test_a_closed_case_that_somebody_must_stay_out_of_is_no_example_for_them(context: Context) -> None:
    past = archived(context, PAST)
    [case] = reported(context, UNSURE)
    at_desk = Actor(Role.DESK, name="专席丙")
    assert [item.id for item in service.similar_closed(context, case, at_desk)] == [past]
    with context.sessions.begin() as session:
        session.get_one(Petition, past).stage = "in_hand"
    recusals.recuse_account(context, past, at_desk, account=at_desk.name, reason="与诉求人是亲属")
    with context.sessions.begin() as session:
        session.get_one(Petition, past).stage = "archived"
    assert service.similar_closed(context, case, at_desk) == []
    assert len(service.similar_closed(context, case, Actor(Role.DESK, name="专席丁"))) == 1


def test_markup_in_an_old_answer_stays_words(context: Context) -> None:
    past = archived(context, PAST)
    with context.sessions.begin() as session:
        session.execute(
            sa.update(Completion)
            .where(Completion.petition_id == past)
            .values(evidence={"public_reply": "<script>alert(1)</script>已修复"})
        )
    [case] = reported(context, UNSURE)
    page = desk(context).open(f"/cases/{case}")
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;alert" in page.html


def test_pairs_that_may_be_one_matter_stand_side_by_side_and_are_merged(context: Context) -> None:
    main, part = reported(context, *SAME)
    visitor = desk(context)
    page = visitor.open("/desk/same")
    for text in SAME:
        assert text in page.text
    assert "都提到" in page.text
    merged = visitor.send(page.form("/merge"))
    assert f"{petition(context, SAME[1]).case_number} 已并入 {petition(context, SAME[0]).case_number}" in merged.text
    assert petition(context, SAME[1]).merged_into_id == main
    assert "没有待核对的" in visitor.open("/desk/same").text
    number = petition(context, SAME[1]).case_number
    shown = visitor.open(f"/cases/{main}")
    assert f"/cases?number={number}" in shown.links
    assert visitor.open(f"/cases?number={number}").path == f"/cases/{part}"


def test_pairs_are_worked_through_without_leaving_their_page(context: Context) -> None:
    reported(context, *SAME)
    visitor = desk(context)
    page = visitor.send(visitor.open("/desk/same").form("/merge"))
    assert (page.path, "已并入" in page.text) == ("/desk/same", True)


def test_a_wrong_merge_is_undone_where_it_was_made(context: Context) -> None:
    _, part = reported(context, *SAME)
    visitor = desk(context)
    page = visitor.send(visitor.open("/desk/same").form("/merge"))
    undone = visitor.send(page.form("/separate"))
    assert (undone.path, "拆单：已完成" in undone.text) == ("/desk/same", True)
    with context.readers() as session:
        texts = [row.text for row in session.scalars(sa.select(Petition).where(Petition.merged_into_id.is_(None)))]
    assert SAME[1] in texts, "what it said is a case of its own again"
    assert steps.petition_of(context, part).stage == "merged"


def test_what_is_not_the_same_needs_one_press(context: Context) -> None:
    reported(context, *SAME)
    visitor = desk(context)
    page = visitor.open("/desk/same")
    assert "1对" in page.text
    quick = page.form("/not_same")
    assert 'name="reason" value="地点不同"' in page.html
    page = visitor.send(quick, reason="地点不同")
    assert (page.path, "没有待核对的" in page.text) == ("/desk/same", True)
    with context.readers() as session:
        rows = session.scalars(sa.select(HistoryRow).where(HistoryRow.reason.contains("地点不同"))).all()
    assert [row.details["not_same_as"] for row in rows] == [petition(context, SAME[0]).case_number]


def test_many_pairs_come_likeliest_first_and_whoever_works_through_them_stays_where_they_are(
    context: Context,
) -> None:
    for number in range(24):
        for said in ("广济路路灯不亮，晚上不安全", "广济路的路灯一直不亮，请尽快修理")[: 1 + number % 2]:
            report = Registration(
                channel="hotline",
                text=f"{said}，{number}号楼前",
                place="广济路",
                longitude=117.5 + number // 2 * 0.01,
                latitude=34.8,
                crs=CoordinateSystem.WGS84,
            )
            intake.register(context, report, Actor(Role.CHANNEL, name="hotline"))
    actor = Actor(Role.DESK, name="专席甲")
    everything = duplicate_pairs.likeliest(context, actor, limit=1000)
    assert everything.total == len(everything.items) > PAGE
    scores = [item.score for item in everything.items]
    assert scores == sorted(scores, reverse=True)
    assert all(item.metres is not None for item in everything.items)
    visitor = desk(context)
    first = visitor.open("/desk/same")
    assert f"{everything.total}对" in first.text
    second = visitor.open(next(link for link in first.links if "offset=" in link))
    page = visitor.send(second.form("/not_same"), reason="地点不同")
    assert f"offset={PAGE}" in str(page.answer.url)
    assert f"{everything.total - 1}对" in page.text
    assert first.form("/merge").action not in [form.action for form in page.forms]
    beyond = duplicate_pairs.likeliest(context, actor, limit=PAGE, offset=10_000)
    assert beyond.items, "whoever finished the last page is shown the one before"


def test_the_queue_shows_the_date_it_is_ordered_by_with_the_working_hours_left(context: Context) -> None:
    [case] = reported(context, UNSURE)
    html = desk(context).open("/tasks").html
    row = html[html.index("data-row") :]
    due = petition(context, UNSURE).stage_due_at
    assert due is not None
    assert f"{due.in_timezone(clock.SHANGHAI):%H:%M}</time>前决定" in row
    assert re.search(r"还剩\d+个工作(小时|日)", row)
    assert case in html


def test_of_what_was_handed_in_the_desk_sees_its_own_date_and_not_the_works(context: Context) -> None:
    [case] = reported(context, SAME[0])
    at_unit = unit(context)
    done(at_unit, case, "sign")
    done(at_unit, case, "submit_completion", **EVIDENCE)
    html = desk(context).open("/tasks").html
    row = petition(context, SAME[0])
    assert row.stage_due_at != row.due_at
    assert row.stage_due_at is not None
    local = row.stage_due_at.in_timezone(clock.SHANGHAI)
    assert f"{local.month}月{local.day}日 {local:%H:%M}</time>前决定" in html


def test_after_a_press_it_is_said_to_whom_the_case_went_and_how_to_correct_it(context: Context) -> None:
    [case] = reported(context, UNSURE)
    visitor = desk(context)
    page = visitor.send(visitor.open(f"/cases/{case}").form("/dispatch"))
    holder = steps.petition_of(context, case).unit
    assert holder is not None
    with context.readers() as session:
        name = context.rules.active(session).unit_name(holder)
    assert f"派遣：已完成，由 {name} 承办。派错了？" in page.text
    assert "#redispatch" in page.links


def test_after_each_case_the_next_is_one_key_away(context: Context) -> None:
    first, second = reported(context, UNSURE, UNCLEAR)
    visitor = desk(context)
    page = visitor.send(visitor.open(f"/cases/{first}").form("/dispatch"))
    assert f'<a href="/cases/{second}" data-next>' in page.html
    last = visitor.send(visitor.open(f"/cases/{second}").form("/dispatch"), unit=UNIT, reason="电话核实后派遣")
    assert "data-next" not in last.html
    assert "没有别的等您办的了" in last.text


def test_pairs_are_for_the_desk_alone(context: Context) -> None:
    assert unit(context).open("/desk/same").status == 403
    assert Visitor(context).open("/desk/same").path == "/sign-in"


def test_the_desk_gives_a_case_to_another_unit_with_the_examples_at_hand(context: Context) -> None:
    archived(context, PAST, UNIT)
    [case] = reported(context, UNSURE)
    visitor = desk(context)
    visitor.send(visitor.open(f"/cases/{case}").form("/dispatch"))
    page = visitor.open(f"/cases/{case}")
    assert "办结过的类似诉求" in page.text
    done(
        visitor,
        case,
        "redispatch",
        unit="transport" if petition(context, UNSURE).unit != "transport" else OTHER,
        reason="路段归其养护",
    )
    assert petition(context, UNSURE).transfers == 1
