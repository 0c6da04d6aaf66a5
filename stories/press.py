"""A story with a journalist in it: followed, exposed after the unit was heard, solved, and praised in the end."""

from __future__ import annotations

from domain.actions import Actor, Role
from domain.conduct import RequestType
from domain.media import PublicationKind
from domain.petition import Satisfaction
from models.media_answers import ProposalIn
from services import media, publication_views, publications
from stories import acts
from stories.acts import DESK, INSPECTORS, PARKS
from stories.telling import Act, Scene, Story, Teller, on

_JOURNALIST = Actor(Role.MEDIA, unit="shizhong-yunbao", name="测试记者")


def _asks(teller: Teller) -> None:
    number = teller.petition().case_number
    media.ask(teller.context, _JOURNALIST, number=number, reason="读者多次来电问起")


def _granted(teller: Teller) -> None:
    [waiting] = media.trackings(teller.context, DESK).trackings
    media.decide(teller.context, waiting.id, DESK, granted=True, reason="事关公共设施，可以跟踪")


def _proposes(kind: PublicationKind, title: str, text: str) -> Act:
    def act(teller: Teller) -> None:
        number = teller.petition().case_number
        publications.propose(
            teller.context, _JOURNALIST, ProposalIn(case_number=number, kind=kind, title=title, text=text)
        )

    return act


def _replies(teller: Teller) -> None:
    said = "电缆到货延误，已调配库存抢修，向市民致歉。联系人：张工，13800001234"
    publications.reply(teller.context, _undecided(teller, acts.at_unit(PARKS)), acts.at_unit(PARKS), text=said)


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
        Scene(on(7, 4, 9, 10), acts.registered("建设路路灯整夜不亮，行人看不清路", "建设路", RequestType.HELP)),
        Scene(on(7, 4, 15, 0), acts.signed(PARKS)),
        Scene(on(7, 5, 10, 0), _asks),
        Scene(on(7, 5, 14, 0), _granted),
        Scene(
            on(7, 18, 10, 0),
            _proposes(PublicationKind.EXPOSURE, "建设路路灯久拖未修", "逾期多日，读者王先生来电13800005678催问"),
        ),
        Scene(on(7, 19, 10, 0), _replies),
        Scene(on(7, 19, 16, 0), _published_by(INSPECTORS, "逾期属实，答复一并公开")),
        Scene(on(7, 20, 16, 0), acts.done(PARKS, "更换电缆并调试", "建设路路灯已全部恢复照明", on(7, 20, 15, 0))),
        Scene(on(7, 20, 17, 0), acts.approved),
        Scene(on(7, 20, 20, 0), acts.rated(Satisfaction.SATISFIED)),
        Scene(
            on(7, 21, 10, 0),
            _proposes(PublicationKind.PRAISE, "曝光次日亮灯", "单位次日抢修，诉求人满意"),
        ),
        Scene(on(7, 21, 15, 0), _published_by(DESK, "诉求人满意，可以宣传")),
    ),
)
