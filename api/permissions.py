"""Who gets what from every route: one table, from which `docs/permissions.md` and the test of every cell are made.

It decides nothing. What is allowed is decided by `domain.actions`, `services.access` and `services.identity`; a route
that is missing here, or answers otherwise than its row says, fails `tests/api/test_permissions.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Asker(StrEnum):
    """Who asks, as far as it matters for what they get: units differ by what they have to do with the petition."""

    ANYBODY = "anybody"
    CHANNEL = "channel"
    UNIT = "unit"
    ASSISTING_UNIT = "assisting_unit"
    OTHER_UNIT = "other_unit"
    DESK = "desk"
    REVIEWER = "reviewer"
    LEADER = "leader"
    INSPECTOR = "inspector"
    PARTY = "party"
    FOLLOW_UP = "follow_up"
    OPERATOR = "operator"
    MEDIA = "media"


ASKER_LABELS = {
    Asker.ANYBODY: "公众(无密钥)",
    Asker.CHANNEL: "来源渠道",
    Asker.UNIT: "承办单位",
    Asker.ASSISTING_UNIT: "协办单位",
    Asker.OTHER_UNIT: "其他单位",
    Asker.DESK: "派遣专席",
    Asker.REVIEWER: "一级研判",
    Asker.LEADER: "二级研判",
    Asker.INSPECTOR: "纪检监察",
    Asker.PARTY: "党委督查",
    Asker.FOLLOW_UP: "信息员",
    Asker.OPERATOR: "平台运维",
    Asker.MEDIA: "媒体",
}


class Access(StrEnum):
    """What an asker gets."""

    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"
    """As if there were no such petition."""
    NO_KEY = "no_key"


ACCESS_LABELS = {
    Access.ALLOWED: "可",
    Access.FORBIDDEN: "拒(403)",
    Access.HIDDEN: "无(404)",
    Access.NO_KEY: "须密钥(401)",
}
STATUSES = {Access.FORBIDDEN: 403, Access.HIDDEN: 404, Access.NO_KEY: 401}
"""The HTTP status of each refusal."""

Row = Mapping[Asker, Access]

OFFICES = (
    *(Asker.DESK, Asker.REVIEWER, Asker.LEADER, Asker.INSPECTOR, Asker.PARTY),
    *(Asker.FOLLOW_UP, Asker.OPERATOR),
)
UNITS = (Asker.UNIT, Asker.ASSISTING_UNIT, Asker.OTHER_UNIT)
INVOLVED = (Asker.UNIT, Asker.ASSISTING_UNIT, *OFFICES)
"""Whoever may see the petition that is asked about."""


def everybody() -> Row:
    """Open to all; a key makes no difference."""
    return dict.fromkeys(Asker, Access.ALLOWED)


def keys_of(*allowed: Asker) -> Row:
    """Of no single petition: for these, and refused to every other key."""
    return _row(dict.fromkeys(allowed, Access.ALLOWED), Access.FORBIDDEN)


def on_petition(*allowed: Asker) -> Row:
    """Of a petition: for these; refused to the others who see it, and hidden from whoever does not."""
    return _row(dict.fromkeys(INVOLVED, Access.FORBIDDEN) | dict.fromkeys(allowed, Access.ALLOWED), Access.HIDDEN)


def _row(known: dict[Asker, Access], otherwise: Access) -> Row:
    return {Asker.ANYBODY: Access.NO_KEY} | {
        asker: known.get(asker, otherwise) for asker in Asker if asker is not Asker.ANYBODY
    }


def _posts(path: str, names: Iterable[str], row: Row) -> dict[str, Row]:
    return {f"POST {path}/{name}": row for name in names}


_OF = "/petitions/{petition_id}"
_BY_CODE = "/progress/{query_code}"
_IN_A_MEETING = ("call", "attendance", "decisions", "closing", "cancellation")
_LISTS = ("summary", "problems", "responsibilities", "progress", "results")
_WATCHING = (Asker.DESK, Asker.REVIEWER, Asker.LEADER, Asker.INSPECTOR, Asker.PARTY, Asker.OPERATOR)
_VISITING = (Asker.FOLLOW_UP, Asker.DESK, Asker.LEADER, Asker.INSPECTOR, Asker.OPERATOR)

_GRANTING = (Asker.DESK, Asker.REVIEWER, Asker.LEADER, Asker.INSPECTOR)
_FOLLOWED = (*_WATCHING, Asker.MEDIA)
_TOLD = (*_WATCHING, Asker.MEDIA)


def _of_exposure(*allowed: Asker) -> Row:
    """Of an exposure that an outlet proposed: other units do not find it, and no other key is for it."""
    hidden = dict.fromkeys((Asker.ASSISTING_UNIT, Asker.OTHER_UNIT), Access.HIDDEN)
    return _row(hidden | dict.fromkeys(allowed, Access.ALLOWED), Access.FORBIDDEN)


PERMISSIONS: dict[str, Row] = {
    "GET /health": everybody(),
    # Anybody over the channel `web`; a key registers only where it is one of a channel or of the desk.
    "POST /petitions": {
        **keys_of(Asker.CHANNEL, Asker.DESK),
        Asker.ANYBODY: Access.ALLOWED,
    },
    "GET /progress/{query_code}": everybody(),
    **_posts(_BY_CODE, ("rating", "reopening", "supplement", "withdrawal"), everybody()),
    "GET /queue": keys_of(*UNITS, *OFFICES),
    "POST /queue/signatures": keys_of(*UNITS),
    "GET /requests": keys_of(Asker.DESK, Asker.INSPECTOR, Asker.OPERATOR),
    "GET /petitions": on_petition(*INVOLVED),
    f"GET {_OF}": on_petition(*INVOLVED),
    f"GET {_OF}/clock": on_petition(*INVOLVED),
    f"GET {_OF}/history": on_petition(*INVOLVED),
    f"GET {_OF}/dossier": keys_of(Asker.INSPECTOR, Asker.PARTY, Asker.LEADER),
    f"GET {_OF}/dossier/document": keys_of(Asker.INSPECTOR, Asker.PARTY, Asker.LEADER),
    f"GET {_OF}/duplicates": keys_of(Asker.DESK),
    "GET /duplicates": keys_of(Asker.DESK),
    "GET /hot-topics": keys_of(*_WATCHING),
    f"GET {_OF}/attachments": on_petition(*INVOLVED),
    f"GET {_OF}/attachments/{{attachment_id}}": on_petition(*INVOLVED),
    # A unit that assists adds files while its task goes on; here it is over.
    f"POST {_OF}/attachments": on_petition(
        *(Asker.UNIT, Asker.DESK, Asker.REVIEWER, Asker.LEADER, Asker.INSPECTOR, Asker.FOLLOW_UP)
    ),
    f"GET {_BY_CODE}/attachments": everybody(),
    f"GET {_BY_CODE}/attachments/{{attachment_id}}": everybody(),
    f"POST {_BY_CODE}/attachments": everybody(),
    f"GET {_OF}/recusals": keys_of(Asker.DESK, Asker.INSPECTOR, Asker.PARTY, Asker.LEADER),
    f"POST {_OF}/recusal": on_petition(Asker.DESK, Asker.INSPECTOR, Asker.PARTY),
    # What the inspectors recorded, only they lift.
    f"POST {_OF}/recusal-lifting": on_petition(Asker.DESK, Asker.INSPECTOR, Asker.PARTY),
    f"POST {_OF}/own-recusal": on_petition(*(asker for asker in OFFICES if asker is not Asker.OPERATOR)),
    f"POST {_OF}/identity": on_petition(Asker.UNIT, Asker.DESK, Asker.FOLLOW_UP, Asker.INSPECTOR),
    f"GET {_OF}/identity/readers": keys_of(Asker.INSPECTOR, Asker.OPERATOR),
    "GET /inspection/identity-reads": keys_of(Asker.INSPECTOR, Asker.OPERATOR),
    "GET /inspection/overdue": keys_of(*OFFICES),
    "GET /reviews/agenda": keys_of(*_WATCHING),
    "GET /reviews/meetings": keys_of(*_WATCHING),
    "GET /reviews/meetings/{meeting_id}": keys_of(*_WATCHING),
    "GET /reviews/meetings/{meeting_id}/minutes": keys_of(*_WATCHING),
    "POST /reviews/meetings": keys_of(Asker.REVIEWER, Asker.LEADER),
    **_posts("/reviews/meetings/{meeting_id}", _IN_A_MEETING, keys_of(Asker.REVIEWER, Asker.LEADER)),
    "GET /reviews/roster": keys_of(*_WATCHING),
    "POST /reviews/roster": keys_of(Asker.DESK, Asker.REVIEWER, Asker.LEADER, Asker.OPERATOR),
    "GET /visits": keys_of(*_VISITING),
    "GET /visits/{visit_id}": keys_of(*_VISITING),
    "POST /visits/{visit_id}/attempts": keys_of(Asker.FOLLOW_UP),
    "POST /visits/{visit_id}/officer": keys_of(Asker.FOLLOW_UP, Asker.DESK),
    "GET /inspection/patterns": keys_of(Asker.INSPECTOR),
    "GET /inspection/patterns/{finding_id}": keys_of(Asker.INSPECTOR),
    "POST /inspection/patterns/{finding_id}/decision": keys_of(Asker.INSPECTOR),
    **{f"GET /lists/{name}": keys_of(*UNITS, *OFFICES) for name in _LISTS},
    "GET /bulletins": keys_of(*UNITS, *OFFICES),
    **{f"GET /bulletins/{{bulletin_id}}{part}": keys_of(*UNITS, *OFFICES) for part in ("", "/document", "/annex")},
    # Of a draft: whoever may not issue it does not find it, but for the operators, who see it in Prefect.
    **_posts(
        "/bulletins/{bulletin_id}",
        ("issue", "discard"),
        _row(
            {
                **dict.fromkeys((Asker.LEADER, Asker.INSPECTOR), Access.ALLOWED),
                **dict.fromkeys((Asker.OPERATOR, Asker.CHANNEL, Asker.MEDIA), Access.FORBIDDEN),
            },
            Access.HIDDEN,
        ),
    ),
    "GET /media/trackings": keys_of(*_FOLLOWED),
    "GET /media/trackings/{tracking_id}/case": keys_of(*_FOLLOWED),
    "POST /media/trackings": keys_of(Asker.MEDIA),
    "POST /media/trackings/{tracking_id}/decision": keys_of(*_GRANTING),
    f"POST {_OF}/tracking": keys_of(*_GRANTING),
    "POST /media/publications": keys_of(Asker.DESK, Asker.MEDIA),
    "GET /media/publications": keys_of(*UNITS, *_TOLD),
    "GET /media/publications/{publication_id}": _of_exposure(Asker.UNIT, *_TOLD),
    **_posts(
        "/media/publications/{publication_id}",
        ("publish", "decline", "withdrawal", "correction"),
        _of_exposure(Asker.INSPECTOR, Asker.LEADER),
    ),
    # Only what is no exposure is edited: the unit has to know what it answers.
    "POST /media/publications/{publication_id}/edit": _row(
        {Asker.DESK: Access.ALLOWED} | dict.fromkeys(UNITS, Access.HIDDEN) | {Asker.MEDIA: Access.HIDDEN},
        Access.FORBIDDEN,
    ),
    "POST /media/publications/{publication_id}/reply": _of_exposure(Asker.UNIT),
    "POST /progress/{query_code}/publicity-objection": everybody(),
    "GET /publications": everybody(),
    "GET /publications/feed": everybody(),
    "GET /publications/{number}": everybody(),
    "GET /figures": keys_of(*UNITS, *OFFICES),
    "GET /dashboard": keys_of(*UNITS, *OFFICES),
    "GET /figures/{figure}/cases": keys_of(*UNITS, *OFFICES),
    **_posts(
        _OF,
        (
            *(
                "acceptance",
                "refusal",
                "supplement-request",
                "dispatch",
                "dispatch-correction",
                "redispatch",
                "category",
            ),
            *("return-decision", "extension-decision", "completion-decision", "suspension"),
            *("merge", "separation", "not-same", "first-review", "striking-refusal", "striking-restoration"),
        ),
        on_petition(Asker.DESK),
    ),
    f"POST {_OF}/termination": on_petition(Asker.DESK, Asker.LEADER),
    **_posts(_OF, ("signature", "return", "extension", "completion", "exclusion"), on_petition(Asker.UNIT)),
    f"POST {_OF}/exclusion-decision": on_petition(Asker.DESK, Asker.REVIEWER),
    f"POST {_OF}/resumption": on_petition(Asker.UNIT, Asker.DESK),
    # What is not found is the caller's own task of assisting.
    f"POST {_OF}/report": _row({Asker.ASSISTING_UNIT: Access.ALLOWED}, Access.HIDDEN),
    **_posts(
        _OF,
        ("notes",),
        on_petition(Asker.UNIT, *(asker for asker in OFFICES if asker is not Asker.OPERATOR)),
    ),
    f"POST {_OF}/rating": on_petition(Asker.FOLLOW_UP),
    f"POST {_OF}/assignment": on_petition(Asker.REVIEWER, Asker.LEADER),
    f"POST {_OF}/second-review": on_petition(Asker.REVIEWER),
    f"POST {_OF}/leader-in-charge": on_petition(Asker.LEADER),
    f"POST {_OF}/identity-hold": on_petition(Asker.INSPECTOR),
    f"POST {_OF}/supervision": on_petition(Asker.INSPECTOR),
    **_posts(_OF, ("supervision/demand", "supervision/disposition"), on_petition(Asker.INSPECTOR)),
    f"POST {_OF}/supervision/correction": on_petition(Asker.INSPECTOR),
    f"POST {_OF}/supervision/rectification": on_petition(Asker.INSPECTOR),
    # A unit is answered too: with what it is asked itself, and no more.
    f"GET {_OF}/inspection": {
        **on_petition(Asker.UNIT, Asker.ASSISTING_UNIT, Asker.LEADER, Asker.INSPECTOR, Asker.PARTY),
        **dict.fromkeys((Asker.CHANNEL, Asker.MEDIA), Access.FORBIDDEN),
    },
    **_posts(
        _OF,
        ("inspection", "inspection/visits", "inspection/query", "inspection/conclusion"),
        on_petition(Asker.PARTY),
    ),
    f"POST {_OF}/inspection/answer": on_petition(Asker.UNIT),
    f"POST {_OF}/supervision/answer": on_petition(Asker.UNIT),
}
"""By method and path as the application has them. A new route is one line here and one in `tests/api/routes.py`."""


_ADMINISTRATION = "/administration"
PAGES: dict[str, Row] = {
    f"GET {_ADMINISTRATION}": keys_of(Asker.OPERATOR, Asker.INSPECTOR),
    f"GET {_ADMINISTRATION}/accounts": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/accounts": keys_of(Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/accounts/{{number}}": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/accounts/{{number}}/{{act}}": keys_of(Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/units": keys_of(Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/keys": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/keys": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/keys/{{prefix}}/revocation": keys_of(Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/policy": keys_of(Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/policy/files.zip": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/policy": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/policy/rollback": keys_of(Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/policy/changes/{{number}}": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/policy/changes/{{number}}/activation": keys_of(Asker.OPERATOR),
    f"POST {_ADMINISTRATION}/policy/changes/{{number}}/withdrawal": keys_of(Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/roster": keys_of(*_WATCHING),
    f"POST {_ADMINISTRATION}/roster": keys_of(Asker.DESK, Asker.REVIEWER, Asker.LEADER, Asker.OPERATOR),
    f"GET {_ADMINISTRATION}/records": keys_of(Asker.OPERATOR, Asker.INSPECTOR),
}
"""Pages of administration by method and path; whoever is not signed in is asked to."""
