"""What people do in the stories, each act under its name; the words are ours."""

from __future__ import annotations

from pendulum import DateTime

from domain.actions import PETITIONER, Actor, Role
from domain.completion import ContactWay
from domain.conduct import RequestType
from domain.petition import Satisfaction
from domain.supervision import Disposition
from domain.workdays import Duration, TimeUnit
from models.evidence import CompletionEvidence
from models.shapes import PetitionerIn, Registration
from services import (
    decisions,
    dispatching,
    file_terms,
    handling,
    inspections,
    intake,
    ladder,
    recusals,
    supervision,
    verdict,
)
from stories.sittings import (
    EXPERTS,
)
from stories.telling import Act, Teller, on

PARKS = "municipal-parks"
HOUSING = "housing"
KUANGQU = "kuangqu-street"
LABOUR = "human-resources"
ENFORCEMENT = "urban-management"

GRID = Actor(Role.CHANNEL, name="网格员终端")
DESK = Actor(Role.DESK, name="派遣专席")
PARTY = Actor(Role.PARTY_INSPECTOR, name="区委督查室")
INSPECTORS = Actor(Role.INSPECTOR, name="纪委监委督办账号")


def at_unit(code: str) -> Actor:
    """The account of a unit."""
    return Actor(Role.UNIT, unit=code, name="承办账号")


def days(amount: int) -> Duration:
    """So many working days."""
    return Duration(amount, TimeUnit.WORKING_DAYS)


def registered(text: str, place: str, request_type: RequestType) -> Act:
    """A grid worker reports it for somebody."""

    def act(teller: Teller) -> None:
        registration = Registration(
            channel="grid",
            request_type=request_type,
            text=text,
            place=place,
            petitioner=PetitionerIn(name="测试甲"),
        )
        teller.begin(intake.register(teller.context, registration, GRID))

    return act


def returned(unit: str, reason: str, proposed: str, basis: str) -> Act:
    """The unit says that it is not its duty, whose it is, and by which basis."""

    def act(teller: Teller) -> None:
        handling.request_return(
            teller.context, teller.petition_id, at_unit(unit), reason=reason, proposed_unit=proposed, basis=basis
        )

    return act


def return_granted(teller: Teller) -> None:
    """The desk grants the return."""
    decisions.decide_return(teller.context, teller.petition_id, DESK, granted=True, reason="所述职责依据属实")


def dispatched(unit: str, reason: str) -> Act:
    """The desk gives it to a unit."""

    def act(teller: Teller) -> None:
        dispatching.dispatch(teller.context, teller.petition_id, DESK, unit=unit, reason=reason)

    return act


def signed(unit: str) -> Act:
    """The unit signs for it."""

    def act(teller: Teller) -> None:
        handling.sign(teller.context, teller.petition_id, at_unit(unit))

    return act


def done(unit: str, account: str, reply: str, contacted_at: DateTime) -> Act:
    """The unit hands it in as done, having called on the petitioner."""
    evidence = CompletionEvidence(
        is_true=True,
        contacted=True,
        contacted_at=contacted_at,
        contact_way=ContactWay.VISIT,
        solved=True,
        internal_account=account,
        public_reply=reply,
    )

    def act(teller: Teller) -> None:
        handling.submit_completion(teller.context, teller.petition_id, at_unit(unit), evidence)

    return act


def approved(teller: Teller) -> None:
    """The desk finds the evidence complete."""
    decisions.decide_completion(teller.context, teller.petition_id, DESK, approved=True, reason="佐证齐全")


def rated(satisfaction: Satisfaction, reason: str | None = None, words: str = "") -> Act:
    """The petitioner has the last word."""

    def act(teller: Teller) -> None:
        verdict.rate(
            teller.context,
            teller.petition_id,
            PETITIONER,
            satisfaction=satisfaction,
            reason=words,
            reason_code=reason,
        )

    return act


def reopened(teller: Teller) -> None:
    """The petitioner asks for it to be taken up again: it came back."""
    verdict.reopen(
        teller.context, teller.petition_id, PETITIONER, reason_code="came-back", reason="修好一周，昨晚又全灭了"
    )


def meeting_decides(teller: Teller) -> None:
    """The meeting gives it to those who are to do it, each with a term."""
    decision = ladder.Decision(
        lead=ladder.Task(PARKS, "更换线缆和灯具，恢复照明", days(3)),
        reason="现场会商：由市政园林主办，住建移交资料，街道协调用电",
        assists=(
            ladder.Task(HOUSING, "移交道路照明竣工资料", days(2)),
            ladder.Task(KUANGQU, "协调沿线用电和现场秩序", days(2)),
        ),
    )
    ladder.assign(teller.context, teller.petition_id, EXPERTS, decision)


def explanation_demanded(teller: Teller) -> None:
    """The discipline inspectors ask the unit why."""
    supervision.demand_explanation(
        teller.context,
        teller.petition_id,
        INSPECTORS,
        question="请书面说明逾期未签收、未办理的原因",
        duration=days(3),
    )


def explained(unit: str) -> Act:
    """The unit explains itself."""

    def act(teller: Teller) -> None:
        supervision.answer(teller.context, teller.petition_id, at_unit(unit), text="人员调整期间交接疏漏，已整改")

    return act


def disposed(teller: Teller) -> None:
    """The discipline inspectors conclude."""
    supervision.dispose(
        teller.context,
        teller.petition_id,
        INSPECTORS,
        disposition=Disposition.RECTIFY,
        opinion="责令整改，完善签收值守",
    )


def recused(teller: Teller) -> None:
    """The unit that is complained about loses it."""
    recusals.recuse_unit(
        teller.context, teller.petition_id, INSPECTORS, unit=PARKS, reason="来信反映该单位维修人员收受好处才上门"
    )


def inspected(teller: Teller) -> None:
    """The inspectors of the party committee go and see, and ask for an answer."""
    inspections.open_inspection(teller.context, teller.petition_id, PARTY, "群众反映集中，现场督查")
    there = ("区委督查室", "区住房和城乡建设局")
    seen = inspections.Visit(on(7, 6, 9, 30), "文化路中段", there, "七盏路灯不亮，已开始抢修")
    inspections.record_visit(teller.context, teller.petition_id, PARTY, seen)
    asked = "请说明文化路路灯报修无人上门的经过"
    inspections.ask_unit(teller.context, teller.petition_id, PARTY, question=asked, duration=days(1))


def dates_looked_at(teller: Teller) -> None:
    """What the reconcile flow does every few minutes: its schedule lives by no story's clock."""
    file_terms.tell_due(teller.context)


def inspectors_answered(teller: Teller) -> None:
    """The unit answers them."""
    inspections.answer(teller.context, teller.petition_id, at_unit(HOUSING), "报修电话已改由值班室接听，逐件登记")


def inspection_closed(teller: Teller) -> None:
    """They look again, and close the file."""
    inspections.close_inspection(teller.context, teller.petition_id, PARTY, "现场复看，路灯已全部恢复")


def supervised(teller: Teller) -> None:
    """The discipline inspectors take it up by themselves."""
    ladder.open_supervision(teller.context, teller.petition_id, INSPECTORS, "核查原承办单位维修人员")


def interviewed(teller: Teller) -> None:
    """They talk to those who answer for the unit."""
    supervision.dispose(
        teller.context,
        teller.petition_id,
        INSPECTORS,
        disposition=Disposition.INTERVIEW,
        opinion="约谈原承办单位负责人，清退不当收费",
    )
