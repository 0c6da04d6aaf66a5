"""Every route that changes a petition: how far the petition must be, who asks, and for what."""

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
from models.tables import Bulletin, Finding, Petition, Proposal, Publication, ReviewMeeting, Tracking, Visit
from services import bulletins, media, patterns, publications
from services.ledger import move
from services.transactions import transaction
from tests.api.conftest import EVIDENCE, OTHER, TOWN, UNIT, Api
from tests.services.planted import honest_ledger
from tests.support.files import a_photo
from tests.support.steps import petition_of

REASON = {"reason": "说明理由"}
RETURN = {"reason": "不属本单位管养", "proposed_unit": OTHER, "basis": "三定方案第三条", "not_listed": True}
TASK = {"unit": UNIT, "duty": "修复路灯", "term": {"amount": 3}}
LOOK = {"purpose": "contact", "words": "电话核实灯杆编号"}
HELP = {"unit": TOWN, "duty": "组织居民配合", "term": {"amount": 2}}
DEMAND = {"question": "请说明逾期原因", "term": {"amount": 3}}
VISIT = {
    "visited_at": "2026-03-02T08:30:00+08:00",
    "place": "广济路与解放路交叉口",
    "people": ["区委督查室"],
    "found": "路灯仍有三盏不亮",
    "photos": [{"name": "现场.jpg", "sha256": "0" * 64}],
}
FOR_A_PERSON = "法院判决后对方一直不执行"
UNCLEAR = "有些话想说一说"

Case = tuple[str, str]
"""Id and query code."""


@dataclass(frozen=True)
class Changing:
    """A route, a petition for which it is open, whoever may use it, and a body that is right."""

    path: str
    reached: Callable[[Api], Case]
    who: str
    body: Any = None

    def address(self, case: Case) -> str:
        return self.path.format(petition_id=case[0], query_code=case[1])

    def content(self, api: Api) -> Any:
        return self.body(api) if callable(self.body) else self.body


def waiting_for_the_desk(api: Api) -> Case:
    return api.register(FOR_A_PERSON)


def unclear(api: Api) -> Case:
    return api.dispatched(text=UNCLEAR)


def probably_the_same(api: Api) -> Case:
    """The second of two petitions about one lamp."""
    api.dispatched()
    return api.dispatched()


def merged(api: Api) -> Case:
    main, part = api.dispatched()[0], api.dispatched()
    api.done("desk", f"/petitions/{part[0]}/merge", {"into": main, **REASON})
    return part


def first_like_it(api: Api) -> str:
    """The case that the newest petition was proposed to be part of."""
    with api.context.readers() as session:
        return session.scalars(sa.select(Proposal.same_as_id).order_by(Proposal.id.desc())).first() or ""


def _after(reached: Callable[[Api], Case], who: str, what: str, body: Any) -> Callable[[Api], Case]:
    def further(api: Api) -> Case:
        case = reached(api)
        answer = api.post(who, f"/petitions/{case[0]}/{what}", body)
        assert answer.status_code == 200, answer.text
        return case

    return further


return_requested = _after(Api.in_hand, "unit", "return", RETURN)
extension_requested = _after(Api.in_hand, "unit", "extension", {"amount": 3, "reason_code": "other", **REASON})
suspended = _after(Api.in_hand, "desk", "suspension", REASON)
submitted = _after(Api.in_hand, "unit", "completion", EVIDENCE)
supplement_asked = _after(waiting_for_the_desk, "desk", "supplement-request", REASON)
in_review = _after(Api.in_hand, "desk", "first-review", REASON)
in_second_review = _after(in_review, "reviewer", "second-review", REASON)
assigned = _after(in_review, "reviewer", "assignment", {"lead": TASK, "assists": [HELP], **REASON})
supervised = _after(Api.in_hand, "inspector", "supervision", REASON)
recused = _after(Api.in_hand, "inspector", "recusal", {"unit": OTHER, **REASON})
inspected = _after(Api.in_hand, "party", "inspection", REASON)
queried = _after(inspected, "party", "inspection/query", DEMAND)
demanded = _after(supervised, "inspector", "supervision/demand", DEMAND)

concluded = _after(
    supervised, "inspector", "supervision/disposition", {"disposition": "rectify", "opinion": "责令整改"}
)


def archived(api: Api) -> Case:
    case = api.completed()
    api.done("follow_up", f"/petitions/{case[0]}/rating", {"satisfaction": "satisfied"})
    assert api.stage(case[0]) == "archived"
    return case


striking_refused = _after(archived, "desk", "striking-refusal", REASON)

_OF = "/petitions/{petition_id}/"
_BY_CODE = "/progress/{query_code}/"

CHANGES = (
    Changing(_OF + "acceptance", waiting_for_the_desk, "desk"),
    Changing(_OF + "refusal", waiting_for_the_desk, "desk", REASON),
    Changing(_OF + "supplement-request", waiting_for_the_desk, "desk", REASON),
    Changing(_OF + "dispatch", unclear, "desk", {"unit": OTHER, "category": "municipal", **REASON}),
    Changing(_OF + "redispatch", Api.dispatched, "desk", {"unit": OTHER, **REASON}),
    Changing(_OF + "return-decision", return_requested, "desk", {"granted": True, **REASON}),
    Changing(_OF + "extension-decision", extension_requested, "desk", {"granted": True, **REASON}),
    Changing(_OF + "completion-decision", submitted, "desk", {"approved": True, **REASON}),
    Changing(_OF + "suspension", Api.in_hand, "desk", REASON),
    Changing(_OF + "termination", Api.in_hand, "desk", REASON),
    Changing(_OF + "merge", Api.dispatched, "desk", lambda api: {"into": api.dispatched()[0], **REASON}),
    Changing(_OF + "separation", merged, "desk", REASON),
    Changing(_OF + "not-same", probably_the_same, "desk", lambda api: {"other": first_like_it(api), **REASON}),
    Changing(_OF + "category", Api.dispatched, "desk", {"category": "energy", **REASON}),
    Changing(_OF + "striking-refusal", archived, "desk", REASON),
    Changing(_OF + "striking-restoration", striking_refused, "desk", REASON),
    Changing(_OF + "first-review", Api.in_hand, "desk", REASON),
    Changing(_OF + "assignment", in_review, "reviewer", {"lead": TASK, "assists": [HELP], **REASON}),
    Changing(_OF + "second-review", in_review, "reviewer", REASON),
    Changing(_OF + "leader-in-charge", in_second_review, "leader", {"leader": "leader-construction", **REASON}),
    Changing(_OF + "signature", Api.dispatched, "unit"),
    Changing(_OF + "return", Api.dispatched, "unit", RETURN),
    Changing(_OF + "extension", Api.in_hand, "unit", {"amount": 3, "reason_code": "other", **REASON}),
    Changing(_OF + "resumption", suspended, "unit", REASON),
    Changing(_OF + "completion", Api.in_hand, "unit", EVIDENCE),
    Changing(_OF + "report", assigned, "town", {"text": "已组织居民配合"}),
    Changing(_OF + "attachments?name=照片.jpg", Api.in_hand, "unit", a_photo()),
    Changing(_BY_CODE + "attachments?name=照片.jpg", Api.in_hand, "anybody", a_photo()),
    Changing(_OF + "notes", Api.in_hand, "unit", {"text": "已到现场查看", "public": True}),
    Changing(_OF + "rating", Api.completed, "follow_up", {"satisfaction": "dissatisfied", **REASON}),
    Changing(_OF + "identity-hold", Api.in_hand, "inspector", {"held": True, **REASON}),
    Changing(_OF + "supervision", Api.in_hand, "inspector", REASON),
    Changing(_OF + "supervision/demand", supervised, "inspector", DEMAND),
    Changing(_OF + "supervision/answer", demanded, "unit", {"text": "备件到货延迟"}),
    Changing(_OF + "supervision/disposition", demanded, "inspector", {"disposition": "rectify", "opinion": "责令整改"}),
    Changing(_OF + "supervision/correction", concluded, "inspector", {"disposition": "interview", "opinion": "约谈"}),
    Changing(_OF + "supervision/rectification", concluded, "inspector", {"done": True, "opinion": "已整改到位"}),
    Changing(_OF + "recusal", Api.in_hand, "inspector", {"unit": OTHER, **REASON}),
    Changing(_OF + "own-recusal", Api.in_hand, "leader", REASON),
    Changing(_OF + "recusal-lifting", recused, "inspector", {"number": 1, **REASON}),
    Changing(_OF + "inspection", Api.in_hand, "party", REASON),
    Changing(_OF + "inspection/visits", inspected, "party", VISIT),
    Changing(_OF + "inspection/query", inspected, "party", DEMAND),
    Changing(_OF + "inspection/answer", queried, "unit", {"text": "备件周三到货"}),
    Changing(_OF + "inspection/conclusion", queried, "party", {"conclusion": "现场已整改到位"}),
    Changing(_BY_CODE + "rating", Api.completed, "anybody", {"satisfaction": "satisfied"}),
    Changing(_BY_CODE + "supplement", supplement_asked, "anybody", {"text": "判决文号已补充"}),
    Changing(_BY_CODE + "withdrawal", Api.dispatched, "anybody", REASON),
)


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

LOOKING = "/petitions/{petition_id}/identity"
"""Asked with POST, because it is written down; the petition stays as it is."""

# The routes that only read; what they ask for stands in the address.
FIGURE = "registered"
NO_FILE = "7c0f4d1e-52a5-4b41-9d0c-6e0a7a1b9f10"
READS = (
    "/health",
    "/queue",
    "/requests",
    "/petitions?case_number={case_number}",
    "/petitions/{petition_id}",
    "/petitions/{petition_id}/clock",
    "/petitions/{petition_id}/history",
    "/petitions/{petition_id}/attachments",
    "/petitions/{petition_id}/attachments/{attachment_id}",
    "/progress/{query_code}/attachments",
    "/progress/{query_code}/attachments/{attachment_id}",
    "/petitions/{petition_id}/dossier",
    "/petitions/{petition_id}/recusals",
    "/petitions/{petition_id}/inspection",
    "/petitions/{petition_id}/duplicates",
    "/petitions/{petition_id}/identity/readers",
    "/duplicates",
    "/hot-topics",
    "/inspection/overdue",
    "/inspection/identity-reads",
    "/inspection/patterns",
    "/bulletins",
    "/figures",
    "/lists/summary",
    "/lists/problems",
    "/lists/responsibilities",
    "/lists/progress",
    "/lists/results",
    "/figures/{figure}/cases",
    "/progress/{query_code}",
)
