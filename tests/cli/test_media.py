"""`rongetong media` as it is typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

import clock
from cli import media as media_commands
from cli.app import app
from domain.stages import Trigger
from models.shapes import PetitionerIn
from models.tables import Publication, Tracking
from services import media, publication_views
from services.bootstrap import use_context
from services.context import Context
from tests.services import lives
from tests.services.lives import DESK, UNIT, petition_of, triggers_of
from tests.support.context import a_context
from tests.support.steps import settle_until

BY = ("--by", "测试专席")


@pytest.fixture
def database_kind() -> str:
    """What is typed is the same on every database; the services are tested on both."""
    return "sqlite"


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Context]:
    monkeypatch.setattr(media_commands.console, "width", 250)
    with use_context(a_context(engine)) as context:
        yield context


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, ["media", *words])


def done(*words: str) -> str:
    result = typed(*words)
    assert result.exit_code == 0, result.output
    return result.output


def only(context: Context) -> Publication:
    with context.readers() as session:
        return session.scalars(sa.select(Publication)).one()


def number_of(context: Context, petition_id: str) -> str:
    return petition_of(context, petition_id).case_number


def test_an_outlet_follows_and_follows_no_more(context: Context) -> None:
    number = number_of(context, lives.in_hand(context))
    reason = ("--outlet", "shizhong-yunbao", "--reason", "群众关注度高")
    done("track", number, *reason, *BY)
    assert "跟踪中" in done("list")
    again = typed("track", number, *reason, *BY)
    assert (again.exit_code, "已在跟踪" in again.output) == (1, True)
    done("untrack", number, *reason, *BY)
    assert "不再跟踪" in done("list")
    with context.readers() as session:
        row = session.scalars(sa.select(Tracking)).one()
        assert (row.standing, row.decided_by) == ("ended", "测试专席")


def test_whoever_changes_something_says_who_they_are(context: Context) -> None:
    number = number_of(context, lives.in_hand(context))
    refused = typed("track", number, "--outlet", "shizhong-yunbao", "--reason", "群众关注度高")
    assert (refused.exit_code, "--by" in refused.output) == (2, True)


def test_a_dry_run_shows_what_would_be_told_and_tells_nothing(context: Context) -> None:
    petition_id = lives.register(context, petitioner=PetitionerIn(name="测试乙"))
    said = "测试乙家门口，请打13800001234"
    done("propose", number_of(context, petition_id), "--kind", "process", "--title", "路灯亮了", "--text", said, *BY)
    row = only(context)
    shown = done("decide", row.id, "--publish", "--dry-run", "--reason", "同意", *BY)
    assert "[姓名]家门口，请打[电话]" in shown
    assert "已去掉 taken out: 姓名1处、电话1处" in shown
    assert (only(context).standing, only(context).version) == ("proposed", row.version)
    assert publication_views.published(context).publications == []
    shown = done("decide", row.id, "--publish", "--reason", "同意", *BY)
    [public] = publication_views.published(context).publications
    assert public.number in shown
    assert public.text == "[姓名]家门口，请打[电话]"
    done("withdraw", row.id, "--reason", "有误", *BY)
    assert "撤回 测试专席 有误" in done("show", row.id)
    gone = typed("withdraw", row.id, "--reason", "有误", *BY)
    assert (gone.exit_code, "已撤回" in gone.output) == (1, True)


def test_an_exposure_is_answered_and_decided_by_whoever_may(context: Context, frozen_clock: clock.StoryClock) -> None:
    petition_id = lives.in_hand(context)
    due = petition_of(context, petition_id).due_at
    assert due is not None
    settle_until(context, petition_id, frozen_clock, due.add(days=1))
    assert Trigger.SHOW_RED_CARD in triggers_of(context, petition_id)
    number = number_of(context, petition_id)
    done("propose", number, "--kind", "exposure", "--title", "路灯久拖未修", "--text", "逾期多日", *BY)
    row = only(context)
    done("reply", row.id, "--unit", UNIT, "--text", "今日已修复", *BY)
    by_desk = typed("decide", row.id, "--publish", "--dry-run", "--reason", "同意", *BY)
    assert (by_desk.exit_code, "不由该角色决定" in by_desk.output) == (1, True)
    as_inspector = ("--as", "inspector", *BY)
    shown = done("decide", row.id, "--publish", "--dry-run", "--reason", "同意", *as_inspector)
    assert "单位答复：今日已修复" in shown
    done("decide", row.id, "--publish", "--reason", "同意", *as_inspector)
    done("correct", row.id, "--reason", "平台派错", *BY)
    [public] = publication_views.published(context).publications
    assert (public.reply, public.correction) == ("今日已修复", "平台派错")
    assert media.trackings(context, DESK).trackings == []
