"""A story with a journalist in it: followed, exposed after the unit was heard, solved, and praised in the end."""

from __future__ import annotations

from domain.actions import PETITIONER, Actor, Role
from domain.completion import ContactWay
from domain.conduct import RequestType
from domain.media import PublicationKind
from domain.petition import Satisfaction
from models.evidence import CompletionEvidence
from models.media_answers import ProposalIn
from models.shapes import PetitionerIn, Registration
from services import decisions, handling, intake, media, publication_views, publications, verdict
from stories.cases import PARKS
from stories.telling import Act, Scene, Story, Teller, on

_DESK = Actor(Role.DESK, name="派遣专席")
_INSPECTORS = Actor(Role.INSPECTOR, name="纪委监委督办账号")
_AT_UNIT = Actor(Role.UNIT, unit=PARKS, name="承办账号")
_JOURNALIST = Actor(Role.MEDIA, unit="shizhong-yunbao", name="测试记者")


def _registered(teller: Teller) -> None:
    registration = Registration(
        channel="grid",
        request_type=RequestType.HELP,
        text="建设路路灯整夜不亮，行人看不清路",
        place="建设路",
        petitioner=PetitionerIn(name="测试甲"),
    )
    teller.begin(intake.register(teller.context, registration, Actor(Role.CHANNEL, name="网格员终端")))


def _signed(teller: Teller) -> None:
    handling.sign(teller.context, teller.petition_id, _AT_UNIT)


def _done(teller: Teller) -> None:
    evidence = CompletionEvidence(
        is_true=True,
        contacted=True,
        contacted_at=on(7, 20, 15, 0),
        contact_way=ContactWay.VISIT,
        solved=True,
        internal_account="更换电缆并调试",
        public_reply="建设路路灯已全部恢复照明",
    )
    handling.submit_completion(teller.context, teller.petition_id, _AT_UNIT, evidence)


def _approved(teller: Teller) -> None:
    decisions.decide_completion(teller.context, teller.petition_id, _DESK, approved=True, reason="佐证齐全")


def _rated(teller: Teller) -> None:
    verdict.rate(teller.context, teller.petition_id, PETITIONER, satisfaction=Satisfaction.SATISFIED)


def _asks(teller: Teller) -> None:
    number = teller.petition().case_number
    media.ask(teller.context, _JOURNALIST, number=number, reason="读者多次来电问起")


def _granted(teller: Teller) -> None:
    [waiting] = media.trackings(teller.context, _DESK).trackings
    media.decide(teller.context, waiting.id, _DESK, granted=True, reason="事关公共设施，可以跟踪")


def _proposes(kind: PublicationKind, title: str, text: str) -> Act:
    def act(teller: Teller) -> None:
        number = teller.petition().case_number
        publications.propose(
            teller.context, _JOURNALIST, ProposalIn(case_number=number, kind=kind, title=title, text=text)
        )

    return act


def _replies(teller: Teller) -> None:
    said = "电缆到货延误，已调配库存抢修，向市民致歉。联系人：张工，13800001234"
    publications.reply(teller.context, _undecided(teller, _AT_UNIT), _AT_UNIT, text=said)


def _published_by(actor: Actor, reason: str) -> Act:
    def act(teller: Teller) -> None:
        publications.publish(teller.context, _undecided(teller, actor), actor, reason=reason)

    return act


def _undecided(teller: Teller, actor: Actor) -> str:
    """The publication that waits for this actor."""
    found = publication_views.publications(teller.context, actor).publications
    [waiting] = [item.id for item in found if {"reply", "publish"} & set(item.allowed_actions)]
    return waiting


FOLLOWED_LAMPS = Story(
    name="followed-lamps",
    title="记者跟踪的路灯：逾期亮红牌，听取单位答复后曝光，修好后由记者提出宣传",
    source="虚构情节，用于演示媒体跟踪、答复权和脱敏公开",
    begins=on(7, 4, 9, 0),
    scenes=(
        Scene(on(7, 4, 9, 10), _registered),
        Scene(on(7, 4, 15, 0), _signed),
        Scene(on(7, 5, 10, 0), _asks),
        Scene(on(7, 5, 14, 0), _granted),
        Scene(
            on(7, 18, 10, 0),
            _proposes(PublicationKind.EXPOSURE, "建设路路灯久拖未修", "逾期多日，读者王先生来电13800005678催问"),
        ),
        Scene(on(7, 19, 10, 0), _replies),
        Scene(on(7, 19, 16, 0), _published_by(_INSPECTORS, "逾期属实，答复一并公开")),
        Scene(on(7, 20, 16, 0), _done),
        Scene(on(7, 20, 17, 0), _approved),
        Scene(on(7, 20, 20, 0), _rated),
        Scene(
            on(7, 21, 10, 0),
            _proposes(PublicationKind.PRAISE, "曝光次日亮灯", "单位次日抢修，诉求人满意"),
        ),
        Scene(on(7, 21, 15, 0), _published_by(_DESK, "诉求人满意，可以宣传")),
    ),
)
