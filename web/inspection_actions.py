"""What the two kinds of inspectors do with a case, and what a unit answers them."""

from __future__ import annotations

from collections.abc import Callable

from domain.actions import Actor
from domain.stages import Trigger
from domain.supervision import DISPOSITION_LABELS
from models.bodies import DemandIn, DispositionIn, ReasonIn, RectifiedIn, ReportIn
from models.inspection_answers import ConclusionIn, VisitIn
from services import inspections, ladder, supervision
from services.context import Context
from web.action import TERM_UNITS, of
from web.action_work import Work, demand, filled, reasoned
from web.inputs import YES_NO, Field, Kind, Options

_DISPOSITIONS: Options = tuple((kind.value, label) for kind, label in DISPOSITION_LABELS.items())
_ANSWERING = "说明的期限（不填按规则）"
_TERM = (
    Field("term.amount", "期限", Kind.NUMBER, optional=True, group=_ANSWERING),
    Field("term.unit", "期限单位", Kind.CHOICE, options=TERM_UNITS, start="working_days", group=_ANSWERING),
)
_RECTIFYING = "责令整改的期限（不填按规则）"
_CONCLUSION = (
    Field("disposition", "处置", Kind.PICK, options=_DISPOSITIONS),
    Field("opinion", "意见"),
    Field("ground", "容错的情形", Kind.CHOICE, "只有容错填写", optional=True, options="grounds"),
    Field("term.amount", "整改期限", Kind.NUMBER, optional=True, group=_RECTIFYING),
    Field("term.unit", "期限单位", Kind.CHOICE, options=TERM_UNITS, start="working_days", group=_RECTIFYING),
)


def _concluded(conclude: Callable[..., object]) -> Work:
    """A use case that takes a conclusion."""

    def work(context: Context, key: str, actor: Actor, body: DispositionIn, version: int) -> object:
        term = body.term.duration() if body.term else None
        return conclude(context, key, actor, version=version, **dict(body) | {"term": term})

    return work


def _visit(context: Context, key: str, actor: Actor, body: VisitIn, version: int) -> object:
    photos = tuple((photo.name, photo.sha256) for photo in body.photos)
    seen = inspections.Visit(body.visited_at, body.place, tuple(body.people), body.found, photos)
    return inspections.record_visit(context, key, actor, seen, version)


def _query(context: Context, key: str, actor: Actor, body: DemandIn, version: int) -> object:
    duration = body.duration()
    return inspections.ask_unit(context, key, actor, question=body.question, duration=duration, version=version)


INSPECTIONS = (
    of(Trigger.SUPERVISE, ReasonIn, reasoned(ladder.open_supervision), Field("reason", "理由")),
    of(Trigger.DEMAND_EXPLANATION, DemandIn, demand, Field("question", "要求说明什么"), *_TERM),
    of(Trigger.CLOSE_SUPERVISION, DispositionIn, _concluded(supervision.dispose), *_CONCLUSION),
    of(Trigger.CORRECT_DISPOSITION, DispositionIn, _concluded(supervision.correct), *_CONCLUSION),
    of(
        Trigger.CHECK_RECTIFICATION,
        RectifiedIn,
        filled(supervision.check_rectification),
        Field("done", "已整改到位", Kind.YES_NO, options=YES_NO),
        Field("opinion", "核查情况"),
    ),
    of(Trigger.OPEN_INSPECTION, ReasonIn, reasoned(inspections.open_inspection), Field("reason", "理由")),
    of(
        Trigger.RECORD_VISIT,
        VisitIn,
        _visit,
        Field("visited_at", "何时", Kind.MOMENT),
        Field("place", "何地", Kind.LINE),
        Field("people.0", "到场单位", Kind.LINE, "写单位和职务，不写诉求人"),
        Field("people.1", "到场单位", Kind.LINE, optional=True),
        Field("people.2", "到场单位", Kind.LINE, optional=True),
        Field("found", "看到的情况"),
    ),
    of(Trigger.QUERY_UNIT, DemandIn, _query, Field("question", "要求说明什么"), *_TERM),
    of(
        Trigger.ANSWER_INSPECTION,
        ReportIn,
        lambda context, key, actor, body, version: inspections.answer(context, key, actor, body.text, version),
        Field("text", "说明"),
    ),
    of(
        Trigger.CLOSE_INSPECTION,
        ConclusionIn,
        lambda context, key, actor, body, version: inspections.close_inspection(
            context, key, actor, body.conclusion, version
        ),
        Field("conclusion", "结论"),
    ),
)
"""In the order in which a file is opened, asked about and closed."""
