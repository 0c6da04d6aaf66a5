"""The shipped rules, each applied by the function that applies it in the program."""

from __future__ import annotations

import pendulum
import pytest

from domain.actions import Actor, Role, check
from domain.conduct import DECIDED_KINDS, DeadlineKind, RequestType, Urgency
from domain.errors import RuleRefusal
from domain.notices import Audience, earliest_sending, next_attempt
from domain.petition import Facts, Satisfaction, Step, deadlines, decide, handling_due
from domain.policy import Policy
from domain.stages import Stage, Trigger
from domain.units import UnitKind
from domain.workdays import Extension, WorkCalendar
from models.policy_files import placeholders

MONDAY = pendulum.datetime(2026, 3, 2, 9, tz="Asia/Shanghai").in_timezone("UTC")

TOWNS = {
    "zhongxinjie-street": "中心街街道",
    "getabu-street": "各塔埠街道",
    "kuangqu-street": "矿区街道",
    "wenhualu-street": "文化路街道",
    "longshanlu-street": "龙山路街道",
    "guangminglu-street": "光明路街道",
    "shuiguo-town": "税郭镇",
    "mengzhuang-town": "孟庄镇",
    "qicun-town": "齐村镇",
    "yongan-town": "永安镇",
    "xiwangzhuang-town": "西王庄镇",
}

# What follows at once from the table, is told by the next step, or is only written down, owes nobody a notice.
SILENT = {
    Trigger.TRACK,
    Trigger.DECLINE_TRACK,  # the outlet finds it with its reason in its own list
    Trigger.UNTRACK,
    Trigger.OBJECT_PUBLICITY,  # it holds at once, and what is taken back for it is a step of its own
    Trigger.ACCEPT,  # the dispatch tells it
    Trigger.SIGN,
    Trigger.NOTE,
    Trigger.ATTACH,
    Trigger.RECLASSIFY,
    Trigger.GRANT_RETURN,  # the next dispatch tells it
    Trigger.APPROVE_COMPLETION,  # the request for a rating tells it
    Trigger.PUT_OFF,  # who met was there, and the next meeting is told of in its turn
    Trigger.LEAVE,  # whoever left knows, and for the others nothing changed
    Trigger.SEPARATE,  # the new petition's registration tells it
    Trigger.HOLD_IDENTITY,
    Trigger.RELEASE_IDENTITY,
    Trigger.ERASE_IDENTITY,
    Trigger.LIFT_RECUSAL,  # whoever stayed out was never told that they did
    Trigger.TAKE_AWAY,  # the next dispatch tells it, and nothing tells the unit it was taken from
    Trigger.OPEN_INSPECTION,  # what they look at, they tell nobody
    Trigger.RECORD_VISIT,
    Trigger.CLOSE_INSPECTION,
    Trigger.RATE,  # the archive, the redo or the climb tells it
    Trigger.RECORD_CALL,
    Trigger.GIVE_CALL,  # it stands in the list of the seat that has it now
    Trigger.UNPUBLISH,  # what is gone from the public pages; outlets are told to take it down
}

IN_FORCE = {
    (DeadlineKind.ACCEPTANCE, Urgency.ORDINARY, RequestType.HELP): "1个工作日",
    (DeadlineKind.SUPPLEMENT, Urgency.ORDINARY, RequestType.HELP): "5个工作日",
    (DeadlineKind.DISPATCH, Urgency.ORDINARY, RequestType.HELP): "24小时",
    (DeadlineKind.DISPATCH, Urgency.URGENT, RequestType.HELP): "2小时",
    (DeadlineKind.DISPATCH, Urgency.EMERGENCY, RequestType.HELP): "1小时",
    (DeadlineKind.SIGNING, Urgency.ORDINARY, RequestType.HELP): "1个工作日",
    (DeadlineKind.SIGNING, Urgency.EMERGENCY, RequestType.HELP): "30分钟",
    (DeadlineKind.RETURN_WINDOW, Urgency.ORDINARY, RequestType.HELP): "2个工作日",
    (DeadlineKind.RETURN_DECISION, Urgency.ORDINARY, RequestType.HELP): "1个工作日",
    (DeadlineKind.HANDLING, Urgency.ORDINARY, RequestType.HELP): "5个工作日",
    (DeadlineKind.HANDLING, Urgency.ORDINARY, RequestType.COMPLAINT): "5个工作日",
    (DeadlineKind.HANDLING, Urgency.ORDINARY, RequestType.SUGGESTION): "5个工作日",
    (DeadlineKind.HANDLING, Urgency.ORDINARY, RequestType.CONSULTATION): "3个工作日",
    (DeadlineKind.HANDLING, Urgency.ORDINARY, RequestType.BUSINESS): "10个工作日",
    (DeadlineKind.HANDLING, Urgency.URGENT, RequestType.BUSINESS): "48小时",
    (DeadlineKind.HANDLING, Urgency.EMERGENCY, RequestType.CONSULTATION): "24小时",
    (DeadlineKind.EXTENSION_LIMIT, Urgency.ORDINARY, RequestType.HELP): "10个工作日",
    (DeadlineKind.EXTENSION_DECISION, Urgency.ORDINARY, RequestType.HELP): "1个工作日",
    (DeadlineKind.SUSPENSION_LIMIT, Urgency.ORDINARY, RequestType.HELP): "30个自然日",
    (DeadlineKind.COMPLETION_CHECK, Urgency.ORDINARY, RequestType.HELP): "2个工作日",
    (DeadlineKind.REDO, Urgency.ORDINARY, RequestType.HELP): "5个工作日",
    (DeadlineKind.FIRST_REVIEW, Urgency.ORDINARY, RequestType.HELP): "10个工作日",
    (DeadlineKind.SECOND_REVIEW, Urgency.ORDINARY, RequestType.HELP): "10个工作日",
    (DeadlineKind.RATING, Urgency.ORDINARY, RequestType.HELP): "5个工作日",
    (DeadlineKind.FOLLOW_UP, Urgency.ORDINARY, RequestType.HELP): "5个工作日",
    (DeadlineKind.SUPERVISION_REMINDER, Urgency.ORDINARY, RequestType.HELP): "5个工作日",
    (DeadlineKind.YELLOW_CARD, Urgency.ORDINARY, RequestType.HELP): "1个工作日",
    (DeadlineKind.RED_CARD, Urgency.ORDINARY, RequestType.HELP): "1个工作日",
}

# Where each clock runs, what happens when nobody acts, and when: all from Monday 09:00, office closing at 17:30.
CLOCKS = {
    DeadlineKind.ACCEPTANCE: (Stage.REGISTERED, Step.ACCEPT, "2026-03-03 17:30"),
    DeadlineKind.SUPPLEMENT: (Stage.AWAITING_SUPPLEMENT, Step.LAPSE, "2026-03-09 17:30"),
    DeadlineKind.DISPATCH: (Stage.ACCEPTED, Step.CLIMB, "2026-03-03 09:00"),
    DeadlineKind.SIGNING: (Stage.DISPATCHED, Step.REMIND_SIGNING, "2026-03-03 17:30"),
    DeadlineKind.RETURN_DECISION: (Stage.RETURN_REQUESTED, Step.GRANT_RETURN, "2026-03-03 17:30"),
    DeadlineKind.EXTENSION_DECISION: (Stage.EXTENSION_REQUESTED, Step.REFUSE_EXTENSION, "2026-03-03 17:30"),
    DeadlineKind.SUSPENSION_LIMIT: (Stage.SUSPENDED, Step.RESUME, "2026-04-01 17:30"),
    DeadlineKind.COMPLETION_CHECK: (Stage.COMPLETION_SUBMITTED, Step.APPROVE_COMPLETION, "2026-03-04 17:30"),
    DeadlineKind.FIRST_REVIEW: (Stage.FIRST_REVIEW, Step.CLIMB, "2026-03-16 17:30"),
    DeadlineKind.SECOND_REVIEW: (Stage.SECOND_REVIEW, Step.CLIMB, "2026-03-16 17:30"),
    DeadlineKind.RATING: (Stage.COMPLETED, Step.BEGIN_FOLLOW_UP, "2026-03-09 17:30"),
    DeadlineKind.FOLLOW_UP: (Stage.FOLLOW_UP, Step.ARCHIVE, "2026-03-09 17:30"),
    DeadlineKind.SUPERVISION_REMINDER: (Stage.IN_HAND, Step.REMIND_SUPERVISED, "2026-03-09 17:30"),
}


def facts(stage: Stage, **changes: object) -> Facts:
    values: dict[str, object] = {
        "stage": stage,
        "stage_entered_at": MONDAY,
        "urgency": Urgency.ORDINARY,
        "request_type": RequestType.HELP,
        "unit": "municipal-parks",
    }
    return Facts(**(values | changes))  # type: ignore[arg-type]


def shown(moment: pendulum.DateTime) -> str:
    return moment.in_timezone("Asia/Shanghai").format("YYYY-MM-DD HH:mm")


# ---- deadlines ----


@pytest.mark.parametrize(("case", "length"), IN_FORCE.items(), ids=lambda item: "-".join(item[:3]) if item else "")
def test_the_deadlines_in_force(policy: Policy, case: tuple[DeadlineKind, Urgency, RequestType], length: str) -> None:
    kind, urgency, request_type = case
    assert str(policy.deadline(kind, urgency, request_type, None).duration) == length


def test_every_kind_of_deadline_is_spelled_out_above() -> None:
    assert {kind for kind, _, _ in IN_FORCE} == set(DeadlineKind) - set(DECIDED_KINDS)


def test_each_rule_has_a_source_and_our_own_say_so(policy: Policy) -> None:
    assert all(rule.source for rule in policy.deadlines)
    assert all(figure.source for figure in policy.figures)
    own = [rule.id for rule in policy.deadlines if rule.origin == "own"]
    assert own == [rule.id for rule in policy.deadlines if rule.source.startswith("自定")]


@pytest.mark.parametrize("kind", CLOCKS, ids=str)
def test_each_clock_runs_by_its_rule(policy: Policy, calendar: WorkCalendar, kind: DeadlineKind) -> None:
    stage, step, due = CLOCKS[kind]
    supervised = MONDAY if kind is DeadlineKind.SUPERVISION_REMINDER else None
    running = deadlines(facts(stage, supervised_at=supervised), policy, calendar)
    clock = next(item for item in running if item.kind is kind)
    assert (clock.step, shown(clock.due_at)) == (step, due)
    assert clock.source == policy.deadline(kind, Urgency.ORDINARY, RequestType.HELP, None).source


def test_handling_runs_from_the_first_dispatch(policy: Policy, calendar: WorkCalendar) -> None:
    first = handling_due(facts(Stage.DISPATCHED, clock_started_at=MONDAY), policy, calendar)
    redo = handling_due(
        facts(Stage.REDO, clock_started_at=MONDAY.add(days=1), clock_kind=DeadlineKind.REDO), policy, calendar
    )
    assert first is not None
    assert redo is not None
    assert (first.rule, shown(first.due_at)) == ("handling", "2026-03-09 17:30")
    assert (redo.rule, shown(redo.due_at)) == ("redo", "2026-03-10 17:30")


def test_the_cards_stand_around_the_deadline(policy: Policy, calendar: WorkCalendar) -> None:
    running = deadlines(facts(Stage.IN_HAND, clock_started_at=MONDAY), policy, calendar)
    assert [(item.kind, item.step, shown(item.due_at)) for item in running] == [
        (DeadlineKind.YELLOW_CARD, Step.SHOW_YELLOW_CARD, "2026-03-06 17:30"),
        (DeadlineKind.HANDLING, Step.CLIMB, "2026-03-09 17:30"),
        (DeadlineKind.RED_CARD, Step.SHOW_RED_CARD, "2026-03-10 08:30"),
    ]


# ---- what a unit may ask for ----


def test_a_return_comes_within_its_window(policy: Policy, calendar: WorkCalendar) -> None:
    unit = Actor(Role.UNIT, "municipal-parks")
    given = facts(Stage.IN_HAND, clock_started_at=MONDAY, unit_assigned_at=MONDAY)
    last = pendulum.datetime(2026, 3, 4, 17, 30, tz="Asia/Shanghai")
    check(Trigger.REQUEST_RETURN, unit, given, policy, calendar, last)
    with pytest.raises(RuleRefusal, match="2个工作日") as refused:
        check(Trigger.REQUEST_RETURN, unit, given, policy, calendar, last.add(seconds=1))
    assert "山东" in str(refused.value.source)


@pytest.mark.parametrize(
    ("trigger", "change", "code", "source"),
    [
        (Trigger.REQUEST_RETURN, {"designated": True}, "designated-may-not-return", "第二十二条"),
        (Trigger.REQUEST_EXTENSION, {"extensions_granted": 1}, "extension-limit-reached", "山东"),
    ],
    ids=["return", "extension"],
)
def test_what_is_allowed_once_is_refused_the_second_time(
    policy: Policy, calendar: WorkCalendar, trigger: Trigger, change: dict[str, object], code: str, source: str
) -> None:
    unit = Actor(Role.UNIT, "municipal-parks")
    check(trigger, unit, facts(Stage.IN_HAND, clock_started_at=MONDAY), policy, calendar, MONDAY)
    with pytest.raises(RuleRefusal) as refused:
        check(trigger, unit, facts(Stage.IN_HAND, clock_started_at=MONDAY, **change), policy, calendar, MONDAY)
    assert refused.value.code == code
    assert source in str(refused.value.source)


def test_an_extension_to_its_limit_lasts_as_long_as_the_rule_of_2017(policy: Policy, calendar: WorkCalendar) -> None:
    limit = policy.deadline(DeadlineKind.EXTENSION_LIMIT, Urgency.ORDINARY, RequestType.COMPLAINT, None).duration
    extended = facts(Stage.IN_HAND, clock_started_at=MONDAY, extensions=(Extension(limit, MONDAY, "会商"),))
    due = handling_due(extended, policy, calendar)
    assert due is not None
    assert shown(due.due_at) == "2026-03-23 17:30"  # 15 working days


# ---- the ladder ----


@pytest.mark.parametrize("count", ["returns", "transfers"])
def test_too_often_climbs(policy: Policy, calendar: WorkCalendar, count: str) -> None:
    def step(times: int) -> Step | None:
        given = facts(Stage.IN_HAND, clock_started_at=MONDAY, **{count: times})
        return decide(given, policy, calendar, MONDAY).step

    assert [step(times) for times in (1, 2, 3)] == [None, None, Step.CLIMB]


def test_dissatisfied_is_redone_once(policy: Policy, calendar: WorkCalendar) -> None:
    def step(redos: int) -> Step | None:
        given = facts(Stage.RATED, satisfaction=Satisfaction.DISSATISFIED, redos=redos)
        return decide(given, policy, calendar, MONDAY).step

    assert [step(0), step(1)] == [Step.BEGIN_REDO, Step.CLIMB]


# ---- units and categories ----


def test_eleven_towns_with_their_names(policy: Policy) -> None:
    assert {unit.code: unit.name for unit in policy.units if unit.kind is UnitKind.TOWN} == TOWNS
    assert set(policy.dispatch.town_words) == set(TOWNS)
    for code, name in TOWNS.items():
        found = policy.dispatch.gazetteer.read(f"{name}办事处门前")
        assert (found.town, found.word) == (code, name)
    for kind in set(UnitKind) - {UnitKind.TOWN, UnitKind.DEPARTMENT}:
        assert policy.office_of(kind)


def test_every_unit_tells_its_duty(policy: Policy) -> None:
    assert all(unit.duty for unit in policy.units)


def test_twenty_categories_are_all_used(policy: Policy) -> None:
    codes = {category.code for category in policy.categories}
    assert len(codes) == 20
    assert codes == {rule.category for rule in policy.dispatch.keywords}


def test_every_department_has_a_word(policy: Policy) -> None:
    departments = {unit.code for unit in policy.units if unit.kind is UnitKind.DEPARTMENT}
    assert departments <= {rule.unit for rule in policy.dispatch.keywords}


# ---- notices ----


@pytest.mark.parametrize("trigger", Trigger, ids=str)
def test_whoever_is_owed_a_notice_has_one(policy: Policy, trigger: Trigger) -> None:
    # Outlets are told of what they follow, which is nobody's work.
    rules = (rule for rule in policy.notices.rules if rule.trigger is trigger)
    told = [rule for rule in rules if set(rule.audiences) != {Audience.OUTLETS}]
    assert bool(told) is (trigger not in SILENT)


def test_every_audience_is_told_something(policy: Policy) -> None:
    assert {audience for rule in policy.notices.rules for audience in rule.audiences} == set(Audience)


def test_every_notice_names_its_matter_and_only_the_petitioner_gets_the_query_code(policy: Policy) -> None:
    for rule in policy.notices.rules:
        outside = set(rule.audiences) == {Audience.OUTLETS}  # who knows what was published by the number it has there
        names = {"case_number", "published"} if outside else {"case_number"}
        assert names & placeholders(rule.title) & placeholders(rule.body), rule.id
        if "query_code" in placeholders(rule.title) | placeholders(rule.body):
            assert rule.audiences == (Audience.PETITIONER,), rule.id


def test_nights_are_quiet(policy: Policy) -> None:
    night = pendulum.datetime(2026, 3, 2, 23, tz="Asia/Shanghai")
    quiet = policy.notices.quiet_hours
    assert shown(earliest_sending(night, urgent=False, quiet=quiet)) == "2026-03-03 08:00"
    assert shown(earliest_sending(night, urgent=True, quiet=quiet)) == "2026-03-02 23:00"


def test_a_dead_channel_is_tried_on(policy: Policy) -> None:
    now, attempts = MONDAY, 0
    while (following := next_attempt(attempts + 1, now, policy.notices.back_off)) is not None:
        now, attempts = following, attempts + 1
    assert attempts == 7
    assert now.diff(MONDAY).in_hours() >= 36  # longer than a night and a day


def test_no_candidate_is_surer_than_the_one_before_it(policy: Policy) -> None:
    for step in policy.learning.keyword_confidence:
        assert list(step.right) == sorted(step.right, reverse=True)
