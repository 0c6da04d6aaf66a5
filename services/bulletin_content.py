"""What a bulletin says of its period: figures as of its end, what was supervised, struck off and confirmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from pendulum import DateTime
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.bulletins import BULLETIN_TITLES
from domain.calendar import local
from domain.conduct_patterns import PAIR
from domain.facts import CARD_LABELS, RUNG_LABELS, Card, Rung
from domain.figures import AS_OF_RULE, COUNTS, OF_CASES, PERIOD_RULE, SHARES, UNIT_RULE, Counted, CountName, Grouping
from domain.findings import FINDING_LABELS, FindingDecision, FindingStanding
from domain.lists import Listed, striking_rule
from domain.measured import Measured, Selection
from domain.patterns import PATTERN_LABELS, PATTERN_MEANINGS, PatternKind
from domain.periods import Period, PeriodKind
from domain.policy import Policy
from domain.shares import VERDICT_LABELS, percent
from domain.stages import STAGE_LABELS, TRIGGER_LABELS, Stage, Trigger
from models.bulletins import Annex, BulletinContent, Cell, Column, ColumnKind, Section, Table
from models.figure_answers import VISIT_COUNT_LABELS
from models.tables import Finding, FindingStep, HistoryRow, Petition
from services.access import nobody_recused
from services.figure_bases import parts_of
from services.figure_questions import question
from services.figure_reasons import dissatisfied, visit_counts
from services.figure_tables import table_of
from services.figure_views import name_of, ranks_of, total_view
from services.list_rows import listed_as
from services.measuring import measure

_STANDING = (CountName.OPEN, CountName.OVERDUE, CountName.YELLOW, CountName.RED, CountName.SUPERVISED)
_WATCHED = (
    Trigger.SHOW_YELLOW_CARD,
    Trigger.SHOW_RED_CARD,
    Trigger.CLIMB_TO_FIRST_REVIEW,
    Trigger.CLIMB_TO_SECOND_REVIEW,
    Trigger.SUPERVISE,
    Trigger.CLOSE_SUPERVISION,
)
_CONFIRMED = (FindingStanding.CONFIRMED, FindingStanding.FILE_OPENED)
SOMEBODY = "一个代录账号"
"""A bulletin names units, and no person."""


def content_of(
    session: Session, kind: PeriodKind, period: Period, ends: tuple[DateTime, DateTime], policy: Policy
) -> BulletinContent:
    """The bulletin of `period`, which lasted from the first of `ends` up to the second."""
    since, as_of = ends
    standing = measure(session, Selection(as_of), Grouping.UNIT, only=OF_CASES)
    measured = measure(session, Selection(as_of, period), Grouping.UNIT)
    return BulletinContent(
        title=f"{policy.district}{BULLETIN_TITLES[kind]}",
        period=str(period),
        district=policy.district,
        as_of=as_of,
        policy_version=policy.version,
        sections=[
            _standing(standing, policy),
            _watched(session, since, as_of, policy),
            _struck_off(session, since, as_of, policy),
            _confirmed(session, since, as_of, policy),
            *_ranking(measured, policy),
            _verdicts(session, Selection(as_of, period), policy),
            _visited(session, Selection(as_of, period)),
            Section(
                title="说明",
                paragraphs=[
                    f"{PERIOD_RULE}{AS_OF_RULE}{UNIT_RULE}",
                    f"销号：{striking_rule(policy.list_rules)}以成稿时为准。",
                    "附件不列有单位或人员须回避的诉求。",
                    f"基数不足{policy.figure_rules.least_cases}的单位不排名；位次之差未必有意义，以“与应有相比”为准。",
                ],
            ),
        ],
        annexes=[_overdue(session, as_of, policy), _red(session, as_of, policy), _files(session, ends, policy)],
    )


def _standing(measured: Measured, policy: Policy) -> Section:
    total = total_view(measured, policy).counts
    rows: list[list[Cell]] = [["合计", *(total[name] for name in _STANDING)]]
    for group in measured.groups:
        counts = [measured.count(group, name) for name in _STANDING]
        if any(counts):
            rows.append([name_of(measured.by, group, policy), *counts])
    said = f"截至时刻未结{total[CountName.OPEN]}件，其中逾期{total[CountName.OVERDUE]}件，见附件。"
    columns = ["单位", *(COUNTS[name].chinese for name in _STANDING)]
    return Section(title="现状", paragraphs=[said], table=Table(columns=columns, rows=rows))


def _watched(session: Session, since: DateTime, until: DateTime, policy: Policy) -> Section:
    query = (
        select(HistoryRow.unit, HistoryRow.trigger, func.count())
        .where(HistoryRow.trigger.in_(_WATCHED), HistoryRow.at >= since, HistoryRow.at < until)
        .group_by(HistoryRow.unit, HistoryRow.trigger)
    )
    counts: dict[str | None, dict[str, int]] = defaultdict(dict)
    for unit, trigger, number in session.execute(query):
        counts[unit][trigger] = number
    rows = _by_unit(counts, [trigger.value for trigger in _WATCHED], policy)
    columns = ["单位", *(TRIGGER_LABELS[trigger] for trigger in _WATCHED)]
    return Section(
        title="本期监督", paragraphs=["本期发生的次数；归当时承办的单位。"], table=Table(columns=columns, rows=rows)
    )


def _struck_off(session: Session, since: DateTime, until: DateTime, policy: Policy) -> Section:
    listed = listed_as(policy.list_rules).label("listed")
    query = (
        select(Petition.unit, listed, func.count())
        .join(HistoryRow, HistoryRow.petition_id == Petition.id)
        .where(HistoryRow.trigger == Trigger.ARCHIVE.value, HistoryRow.at >= since, HistoryRow.at < until)
        .group_by(Petition.unit, "listed")
    )
    counts: dict[str | None, dict[str, int]] = defaultdict(lambda: {"archived": 0, "struck_off": 0})
    for unit, standing, number in session.execute(query):
        counts[unit]["archived"] += number
        counts[unit]["struck_off"] += number if standing == Listed.STRUCK_OFF.value else 0
    rows = _by_unit(counts, ["archived", "struck_off"], policy)
    return Section(
        title="销号", paragraphs=["本期归档的诉求。"], table=Table(columns=["单位", "归档", "已销号"], rows=rows)
    )


def _by_unit(counts: Mapping[str | None, Mapping[str, int]], names: Sequence[str], policy: Policy) -> list[list[Cell]]:
    def row(told: str, numbers: list[int]) -> list[Cell]:
        return [told, *numbers]

    units = sorted(counts, key=lambda unit: (-sum(counts[unit].values()), unit or ""))
    each = [row(policy.unit_name(unit), [counts[unit].get(name, 0) for name in names]) for unit in units]
    total = [sum(counts[unit].get(name, 0) for unit in units) for name in names]
    return [row("合计", total), *each]


def _confirmed(session: Session, since: DateTime, until: DateTime, policy: Policy) -> Section:
    """What a person confirmed in the period and has not set aside since; never what is only raised."""
    acts = [FindingDecision.CONFIRM.value, FindingDecision.OPEN_FILE.value]
    judged = select(FindingStep.finding_id).where(
        FindingStep.act.in_(acts), FindingStep.at >= since, FindingStep.at < until
    )
    query = select(Finding).where(Finding.id.in_(judged), Finding.standing.in_([item.value for item in _CONFIRMED]))
    rows: list[list[Cell]] = []
    for found in session.scalars(query.order_by(Finding.kind, Finding.subject)):
        kind, numbers = PatternKind(found.kind), found.numbers
        share = _share(numbers["numerator"], numbers["base"], policy)
        peers = _share(numbers["peers_numerator"], numbers["peers_base"], policy)
        standing = FINDING_LABELS[FindingStanding(found.standing)]
        meaning = f"{PATTERN_MEANINGS[kind].base}中，{PATTERN_MEANINGS[kind].numerator}"
        rows.append([_subject(found, policy), PATTERN_LABELS[kind], meaning, share, peers, standing])
    if not rows:
        return Section(title="核实的苗头", paragraphs=["本期没有经核实的苗头。"])
    columns = ["单位", "苗头", "所指", "本单位", "其他合计", "处理"]
    return Section(
        title="核实的苗头",
        paragraphs=["只列纪检监察已核实或立案核查的；仅是提示的一律不列。"],
        table=Table(columns=columns, rows=rows),
    )


def _verdicts(session: Session, selection: Selection, policy: Policy) -> Section:
    given = dissatisfied(session, selection, policy)
    if not given:
        return Section(title="不满意的原因", paragraphs=["本期登记的诉求没有不满意的评价。"])
    rows: list[list[Cell]] = [[item.reason.name, item.ratings] for item in given]
    said = (
        f"本期登记的诉求，截至时刻有{sum(item.ratings for item in given)}次不满意；每位诉求人对每次办结的评价为一次。"
    )
    return Section(title="不满意的原因", paragraphs=[said], table=Table(columns=["原因", "次数"], rows=rows))


def _visited(session: Session, selection: Selection) -> Section:
    counts = visit_counts(session, selection).model_dump()
    if not counts["drawn"]:
        return Section(title="回访", paragraphs=["本期登记的诉求没有抽取回访。"])
    return Section(
        title="回访",
        paragraphs=["本期登记的诉求，截至时刻。"],
        table=Table(columns=[VISIT_COUNT_LABELS[name] for name in counts], rows=[list(counts.values())]),
    )


def _subject(found: Finding, policy: Policy) -> str:
    if found.kind == PatternKind.ALWAYS_SATISFIED_BY:
        return SOMEBODY
    return "、".join(policy.unit_name(unit) for unit in found.subject.split(PAIR))


def _share(numerator: int, base: int, policy: Policy) -> str:
    return f"{percent(Fraction(numerator, base), policy.figure_rules.decimals)} ({numerator}/{base})" if base else "—"


def _ranking(measured: Measured, policy: Policy) -> Iterator[Section]:
    for name, ranked in ranks_of(measured, policy).items():
        places = [(item.rank, group, item) for group, item in ranked.items() if item.rank is not None]
        rows: list[list[Cell]] = []
        for rank, group, item in sorted(places, key=lambda place: (place[0], place[1] or "")):
            told = _share(item.share.numerator, item.share.base, policy)
            should = percent(item.expected or Fraction(), policy.figure_rules.decimals)
            place = f"{rank}(并列)" if item.tied else str(rank)
            rows.append([place, name_of(measured.by, group, policy), told, should, VERDICT_LABELS[item.verdict]])
        if rows:
            columns = ["位次", "单位", "实际", "应有", "与应有相比"]
            yield Section(title=f"排名：{SHARES[name].chinese}", table=Table(columns=columns, rows=rows))


_CASE = (Column(name="案号", width=20), Column(name="承办单位", width=24), Column(name="大类", width=14))


def _overdue(session: Session, as_of: DateTime, policy: Policy) -> Annex:
    columns = [
        *_CASE,
        Column(name="阶段", width=14),
        _moment("办理时限"),
        _number("逾期天数"),
        Column(name="亮牌", width=8),
    ]
    rows: list[list[Cell]] = []
    for row in _cases(session, as_of, CountName.OVERDUE):
        late = (local(as_of).date() - local(row["due_at"]).date()).days
        card = CARD_LABELS[Card(row["card"])] if row["card"] else ""
        rows.append([*_case(row, policy), STAGE_LABELS[Stage(row["stage"])], _iso(row["due_at"]), late, card])
    return Annex(title="逾期未结", columns=columns, rows=rows)


def _red(session: Session, as_of: DateTime, policy: Policy) -> Annex:
    columns = [*_CASE, Column(name="阶段", width=14), _moment("办理时限")]
    rows: list[list[Cell]] = []
    for row in _cases(session, as_of, CountName.RED):
        due = _iso(row["due_at"]) if row["due_at"] else None
        rows.append([*_case(row, policy), STAGE_LABELS[Stage(row["stage"])], due])
    return Annex(title="红牌", columns=columns, rows=rows)


def _files(session: Session, ends: tuple[DateTime, DateTime], policy: Policy) -> Annex:
    """Files opened and closed in the period; how one was closed is between the inspectors and whom it concerns."""
    query = (
        select(
            Petition.case_number,
            HistoryRow.unit,
            HistoryRow.category,
            HistoryRow.trigger,
            HistoryRow.at,
            HistoryRow.rung,
        )
        .join(Petition, Petition.id == HistoryRow.petition_id)
        .where(HistoryRow.trigger.in_((Trigger.SUPERVISE, Trigger.CLOSE_SUPERVISION)))
        .where(HistoryRow.at >= ends[0], HistoryRow.at < ends[1], nobody_recused())
        .order_by(HistoryRow.at, Petition.case_number)
    )
    columns = [*_CASE, Column(name="督办", width=16), _moment("时间"), Column(name="层级", width=14)]
    rows: list[list[Cell]] = []
    for row in session.execute(query).mappings():
        told = (TRIGGER_LABELS[Trigger(row["trigger"])], _iso(row["at"]), RUNG_LABELS[Rung(row["rung"])])
        rows.append([*_case(row, policy), *told])
    return Annex(title="督办", columns=columns, rows=rows)


def _cases(session: Session, as_of: DateTime, name: CountName) -> Sequence[Mapping[Any, Any]]:
    asked = question(session, Selection(as_of))
    table = table_of(Counted.CASES, asked.form)
    part = parts_of(Counted.CASES, table)[name]
    told = select(Petition.case_number).where(nobody_recused())
    query = select(table).where(part.base, table.c.case_number.in_(told))
    query = query.order_by(table.c.due_at, table.c.case_number)
    return session.execute(query, asked.values).mappings().all()


def _case(row: Mapping[Any, Any], policy: Policy) -> list[Cell]:
    return [row["case_number"], policy.unit_name(row["unit"]), policy.category_name(row["category"])]


def _moment(name: str) -> Column:
    return Column(name=name, width=17, kind=ColumnKind.MOMENT)


def _number(name: str) -> Column:
    return Column(name=name, width=10, kind=ColumnKind.NUMBER)


def _iso(moment: DateTime) -> str:
    return local(moment).isoformat()
