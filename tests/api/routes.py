"""Every route that changes a petition: how far the petition must be, who asks, and for what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.tables import Proposal
from tests.api.conftest import EVIDENCE, OTHER, TOWN, UNIT, Api
from tests.support.files import a_photo

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


def chosen(api: Api) -> Case:
    """Given to another unit than it should by the desk, which can still correct it."""
    case = unclear(api)
    api.done("desk", f"/petitions/{case[0]}/dispatch", {"unit": UNIT, "category": "municipal", **REASON})
    return case


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

EXCLUSION = {"reason_code": "judicial", "evidence": "区法院判决已书面告知"}
exclusion_asked = _after(archived, "unit", "exclusion", EXCLUSION)

_OF = "/petitions/{petition_id}/"
_BY_CODE = "/progress/{query_code}/"

CHANGES = (
    Changing(_OF + "acceptance", waiting_for_the_desk, "desk"),
    Changing(_OF + "refusal", waiting_for_the_desk, "desk", REASON),
    Changing(_OF + "supplement-request", waiting_for_the_desk, "desk", REASON),
    Changing(_OF + "dispatch", unclear, "desk", {"unit": OTHER, "category": "municipal", **REASON}),
    Changing(_OF + "dispatch-correction", chosen, "desk", {"unit": OTHER, **REASON}),
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
    Changing(_OF + "exclusion", archived, "unit", EXCLUSION),
    Changing(_OF + "exclusion-decision", exclusion_asked, "desk", {"granted": True, **REASON}),
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
    Changing(_BY_CODE + "reopening", archived, "anybody", {"reason_code": "came-back"}),
    Changing(_BY_CODE + "supplement", supplement_asked, "anybody", {"text": "判决文号已补充"}),
    Changing(_BY_CODE + "withdrawal", Api.dispatched, "anybody", REASON),
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
    "/petitions/{petition_id}/dossier/document",
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
    "/dashboard",
    "/lists/summary",
    "/lists/problems",
    "/lists/responsibilities",
    "/lists/progress",
    "/lists/results",
    "/figures/{figure}/cases",
    "/progress/{query_code}",
)
