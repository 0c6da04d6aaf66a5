"""Routes that are about something beside one petition: meetings, findings, bulletins, visits, what media follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import sqlalchemy as sa

import clock
from domain.actions import PLATFORM, Actor, Role
from domain.bulletins import BulletinAct
from domain.periods import PeriodKind, period_before
from domain.stages import Trigger
from models.media_answers import ProposalIn
from models.tables import Bulletin, Finding, Petition, Publication, ReviewMeeting, Tracking, Visit
from services import bulletins, media, patterns, publications
from services.ledger import move
from services.transactions import transaction
from tests.api.conftest import EVIDENCE, OTHER, UNIT, Api
from tests.api.routes import HELP, REASON, TASK, Case, extension_requested, in_review
from tests.services.planted import honest_ledger
from tests.support.steps import petition_of


@dataclass(frozen=True)
class Beside:
    """A route that is about something beside one petition, such as a meeting: how it is asked, and by whom first."""

    method: str
    path: str
    reached: Callable[[Api], Case]
    who: str
    body: Any = None
    names: Callable[[Api], dict[str, Any]] = lambda _: {}
    """What stands in the address."""
    of_ledger: Callable[[Api, Case], Any] | None = None
    """A body that has to be looked up in the ledger."""

    def ask(self, api: Api, case: Case, who: str) -> httpx.Response:
        return self.ask_of(api, case, who, self.names(api))

    def ask_of(self, api: Api, case: Case, who: str, names: dict[str, Any], **headers: str) -> httpx.Response:
        """Of the thing that `names` stands for, whatever has come of it since."""
        address = self.path.format(**names)
        content = self.body(case) if callable(self.body) else self.body
        content = self.of_ledger(api, case) if self.of_ledger else content
        return api.get(who, address) if self.method == "GET" else api.post(who, address, content, **headers)


def found(api: Api) -> Case:
    """A unit that seldom calls the petitioner, as inspectors find it; the case is one that goes on."""
    case = Api.in_hand(api)
    plant = honest_ledger(api.context)
    for _ in range(25):
        plant.case(UNIT, contacted=False)
    patterns.find(api.context)
    return case


def newest_finding(api: Api) -> dict[str, Any]:
    with api.context.readers() as session:
        newest = sa.select(Finding.id).order_by(Finding.found_at.desc())
        return {"finding_id": session.scalars(newest).first()}


def drafted(api: Api) -> Case:
    """The week before has its bulletin; the case went on through it."""
    case = Api.in_hand(api)
    week = period_before(PeriodKind.WEEK, clock.now())
    with api.context.sessions.begin() as session:
        now, kept = clock.now(), session.scalars(sa.select(Bulletin)).all()
        session.add(
            Bulletin(
                kind="week",
                since=(week.since or now).subtract(weeks=len(kept)),
                as_of=now,
                made_at=now,
                version=1,
                standing="draft",
                content={
                    "title": "督导通报(周)",
                    "period": str(week),
                    "district": "示例区",
                    "as_of": now.isoformat(),
                    "policy_version": "1",
                    "sections": [],
                    "annexes": [{"title": "逾期未结", "columns": [{"name": "案号", "width": 20}], "rows": []}],
                },
            )
        )
    return case


def issued(api: Api) -> Case:
    case = drafted(api)
    bulletins.decide(api.context, newest_bulletin(api)["bulletin_id"], LEADER, BulletinAct.ISSUE, "")
    return case


def newest_bulletin(api: Api) -> dict[str, Any]:
    with api.context.readers() as session:
        return {"bulletin_id": session.scalars(sa.select(Bulletin.id).order_by(Bulletin.since)).first()}


LEADER = Actor(Role.LEADER, name="领导小组")
SEATS = ["expert-housing", "expert-municipal", "expert-water", "expert-labour"]


def call_of(case: Case) -> dict[str, Any]:
    """The call of a meeting on one case."""
    return {
        "title": "专题研判会",
        "planned_at": "2026-03-05T09:00:00+08:00",
        "chair": "expert-housing",
        "invited": [OTHER],
        "cases": [case[0]],
    }


def called(api: Api) -> Case:
    case = in_review(api)
    answer = api.post("reviewer", "/reviews/meetings", call_of(case) | {"level": "first"})
    assert answer.status_code == 201, answer.text
    return case


def met(api: Api) -> Case:
    case = called(api)
    address = "/reviews/meetings/{meeting_id}/attendance".format(**newest_meeting(api))
    answer = api.post("reviewer", address, {"members": SEATS})
    assert answer.status_code == 200, answer.text
    return case


def heard(api: Api) -> Case:
    case = met(api)
    address = "/reviews/meetings/{meeting_id}/decisions".format(**newest_meeting(api))
    answer = api.post("reviewer", address, {"case": case[0], "outcome": "put_off", **REASON})
    assert answer.status_code == 200, answer.text
    return case


def newest_meeting(api: Api) -> dict[str, Any]:
    with api.context.readers() as session:
        return {"meeting_id": session.scalar(sa.select(sa.func.max(ReviewMeeting.id)))}


OUTLET = Actor(Role.MEDIA, "shizhong-yunbao", "测试 media")
DESK = Actor(Role.DESK, name="测试专席")
AT_UNIT = Actor(Role.UNIT, UNIT, "测试经办")


def followed(api: Api) -> Case:
    """The outlet follows it, and it was shown the red card."""
    case = Api.in_hand(api)
    with transaction(api.context) as tx:
        move(tx, tx.lock(case[0]), Trigger.SHOW_RED_CARD, PLATFORM)
    media.track(api.context, case[0], DESK, outlet="shizhong-yunbao", reason="群众关注度高")
    return case


def asked_to_follow(api: Api) -> Case:
    case = Api.in_hand(api)
    media.ask(api.context, OUTLET, number=petition_of(api.context, case[0]).case_number, reason="读者来电问起")
    return case


def proposal_of(api: Api, case: Case, kind: str = "exposure") -> dict[str, Any]:
    number = petition_of(api.context, case[0]).case_number
    return {"case_number": number, "kind": kind, "title": "广济路路灯", "text": "逾期多日未修复"}


def process_proposed(api: Api) -> Case:
    case = Api.in_hand(api)
    publications.propose(api.context, DESK, ProposalIn(**proposal_of(api, case, "process")))
    return case


def exposure_proposed(api: Api) -> Case:
    case = followed(api)
    publications.propose(api.context, OUTLET, ProposalIn(**proposal_of(api, case)))
    return case


def exposure_answered(api: Api) -> Case:
    case = exposure_proposed(api)
    publications.reply(api.context, newest_publication(api)["publication_id"], AT_UNIT, text="今日已修复")
    return case


def told_in_public(api: Api) -> Case:
    case = exposure_answered(api)
    publications.publish(api.context, newest_publication(api)["publication_id"], LEADER, reason="同意曝光")
    return case


def newest_publication(api: Api) -> dict[str, Any]:
    with api.context.readers() as session:
        steps = sa.select(Publication).join(Petition, Petition.id == Publication.petition_id)
        row = session.scalars(steps.order_by(Petition.case_number.desc())).first()
        return {"publication_id": row.id, "number": row.number} if row else {}


def newest_tracking(api: Api) -> dict[str, Any]:
    with api.context.readers() as session:
        rows = sa.select(Tracking.id).join(Petition, Petition.id == Tracking.petition_id)
        return {"tracking_id": session.scalars(rows.order_by(Petition.case_number.desc())).first()}


def newest_petition(api: Api) -> dict[str, Any]:
    with api.context.readers() as session:
        row = session.scalars(sa.select(Petition).order_by(Petition.case_number.desc())).first()
        return {"petition_id": row.id, "query_code": row.query_code} if row else {}


def request_to_follow(api: Api, case: Case) -> dict[str, Any]:
    return {"number": petition_of(api.context, case[0]).case_number, "reason": "读者来电问起"}


def to_visit(api: Api) -> Case:
    """Completed after an extension: such cases are visited one and all."""
    case = extension_requested(api)
    api.done("desk", f"/petitions/{case[0]}/extension-decision", {"granted": True, **REASON})
    api.done("unit", f"/petitions/{case[0]}/completion", EVIDENCE)
    api.done("desk", f"/petitions/{case[0]}/completion-decision", {"approved": True, **REASON})
    return case


def newest_visit(api: Api) -> dict[str, Any]:
    with api.context.readers() as session:
        return {"visit_id": session.scalar(sa.select(sa.func.max(Visit.id)))}


_MEETING = "/reviews/meetings/{meeting_id}"
_TRACKING = "/media/trackings/{tracking_id}"
_TOLD = "/media/publications/{publication_id}"
_PATTERN = "/inspection/patterns/{finding_id}"
_BULLETIN = "/bulletins/{bulletin_id}"
BESIDE = (
    Beside("GET", "/reviews/agenda", in_review, "reviewer"),
    Beside("GET", "/reviews/meetings", called, "reviewer"),
    Beside("GET", _MEETING, called, "reviewer", names=newest_meeting),
    Beside("GET", _MEETING + "/minutes", called, "reviewer", names=newest_meeting),
    Beside("POST", "/reviews/meetings", in_review, "reviewer", lambda case: call_of(case) | {"level": "first"}),
    Beside("POST", _MEETING + "/call", called, "reviewer", call_of, newest_meeting),
    Beside("POST", _MEETING + "/attendance", called, "reviewer", {"members": SEATS}, newest_meeting),
    Beside(
        "POST",
        _MEETING + "/decisions",
        met,
        "reviewer",
        lambda case: {"case": case[0], "outcome": "assigned", "lead": TASK, "assists": [HELP], **REASON},
        newest_meeting,
    ),
    Beside("POST", _MEETING + "/closing", heard, "reviewer", names=newest_meeting),
    Beside("POST", _MEETING + "/cancellation", called, "reviewer", REASON, newest_meeting),
    Beside("POST", "/queue/signatures", Api.dispatched, "unit", lambda case: {"ids": [case[0]]}),
    Beside("GET", "/reviews/roster", Api.in_hand, "reviewer"),
    Beside(
        "POST",
        "/reviews/roster",
        Api.in_hand,
        "desk",
        {"day": "2026-03-05", "member": "expert-water", "reason": "外出勘察"},
    ),
    Beside("GET", _PATTERN, found, "inspector", names=newest_finding),
    Beside("POST", _PATTERN + "/decision", found, "inspector", {"decision": "confirm", **REASON}, newest_finding),
    Beside("GET", _BULLETIN, issued, "unit", names=newest_bulletin),
    Beside("GET", _BULLETIN + "/document", issued, "unit", names=newest_bulletin),
    Beside("GET", _BULLETIN + "/annex", issued, "unit", names=newest_bulletin),
    Beside("POST", _BULLETIN + "/issue", drafted, "leader", {"opinion": "请对照整改"}, newest_bulletin),
    Beside("POST", _BULLETIN + "/discard", drafted, "inspector", REASON, newest_bulletin),
    Beside("GET", "/media/trackings", followed, "media"),
    Beside("GET", _TRACKING + "/case", followed, "media", names=newest_tracking),
    Beside("POST", "/media/trackings", Api.in_hand, "media", of_ledger=request_to_follow),
    Beside("POST", _TRACKING + "/decision", asked_to_follow, "desk", {"granted": True, **REASON}, newest_tracking),
    Beside(
        "POST",
        "/petitions/{petition_id}/tracking",
        Api.in_hand,
        "desk",
        {"outlet": "toutiao", **REASON},
        newest_petition,
    ),
    Beside("GET", "/media/publications", exposure_proposed, "unit"),
    Beside("POST", "/media/publications", followed, "media", of_ledger=proposal_of),
    Beside("GET", _TOLD, exposure_proposed, "unit", names=newest_publication),
    Beside("POST", _TOLD + "/edit", process_proposed, "desk", {"title": "路灯", "text": "已修"}, newest_publication),
    Beside("POST", _TOLD + "/reply", exposure_proposed, "unit", {"text": "今日已修复"}, newest_publication),
    Beside("POST", _TOLD + "/publish", exposure_answered, "leader", REASON, newest_publication),
    Beside("POST", _TOLD + "/decline", exposure_proposed, "inspector", REASON, newest_publication),
    Beside("POST", _TOLD + "/withdrawal", told_in_public, "leader", REASON, newest_publication),
    Beside("POST", _TOLD + "/correction", told_in_public, "leader", REASON, newest_publication),
    Beside("POST", "/progress/{query_code}/publicity-objection", Api.in_hand, "anybody", {}, newest_petition),
    Beside("GET", "/publications", told_in_public, "anybody"),
    Beside("GET", "/publications/feed", told_in_public, "anybody"),
    Beside("GET", "/publications/{number}", told_in_public, "anybody", names=newest_publication),
    Beside("GET", "/visits", to_visit, "follow_up"),
    Beside("GET", "/visits/{visit_id}", to_visit, "follow_up", names=newest_visit),
    Beside(
        "POST",
        "/visits/{visit_id}/attempts",
        to_visit,
        "follow_up",
        {"way": "phone", "reached": True, "words": "已联系", "satisfaction": "satisfied", "account_true": True},
        newest_visit,
    ),
    Beside(
        "POST", "/visits/{visit_id}/officer", to_visit, "follow_up", {"officer": "info-qicun", **REASON}, newest_visit
    ),
)
