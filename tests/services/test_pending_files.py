"""Files that wait for their report: whose they are, and that they are added with it or not at all."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

import clock
from domain.actions import PETITIONER
from domain.errors import NotFound, RuleRefusal
from domain.files import FileRefused
from models.shapes import Registration
from models.tables import Attachment, HistoryRow, Petition
from services import intake, pending_files, stored_files
from services.context import Context
from services.invariants import check_invariants
from services.transactions import transaction
from tests.services.lives import TEXT
from tests.support.context import a_context
from tests.support.files import a_document, a_photo

MINE, OTHERS = "a" * 64, "b" * 64


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine)


def reported_with(context: Context, marks: list[str], owner: str = MINE) -> Petition:
    """What comes of a report with the files of these marks."""
    files = [pending_files.recalled(context, owner, mark) for mark in marks]
    with transaction(context):
        petition = intake.register(context, Registration(channel="web", text=TEXT), PETITIONER)
        pending_files.add(context, petition.id, petition.id, files)
    return petition


def test_what_was_set_aside_is_added_with_its_report(context: Context) -> None:
    marks = [
        pending_files.set_aside(context, MINE, name, content).mark
        for name, content in (("../灯.exe", a_photo(1)), ("公告.pdf", a_document()))
    ]
    petition = reported_with(context, marks)
    with context.readers() as session:
        rows = session.scalars(sa.select(Attachment)).all()
        steps = session.scalars(sa.select(HistoryRow.trigger).order_by(HistoryRow.version)).all()
    assert {(row.name, row.petition_id, row.party_id) for row in rows} == {
        (name, petition.id, petition.id) for name in ("灯.jpg", "公告.pdf")
    }
    assert list(steps) == ["register", "attach", "attach"]
    assert stored_files.missing_files(context) == []
    assert check_invariants(context) == []


def test_the_same_file_has_one_mark_and_another_browser_none_of_it(context: Context) -> None:
    first, second = (pending_files.set_aside(context, MINE, "灯.jpg", a_photo(1)) for _ in range(2))
    assert first == second
    assert pending_files.set_aside(context, OTHERS, "灯.jpg", a_photo(1)).mark != first.mark
    assert pending_files.shown(context, MINE, [first.mark, first.mark]) == [first]
    assert pending_files.shown(context, OTHERS, [first.mark]) == []
    with pytest.raises(NotFound):
        pending_files.recalled(context, OTHERS, first.mark)


def test_no_seal_stands_for_another(context: Context) -> None:
    """The address of a thumbnail is sealed, too, and is no mark; a mark is no address."""
    found = pending_files.set_aside(context, MINE, "灯.jpg", a_photo(1))
    assert found.thumbnail is not None
    assert pending_files.opened(context, MINE, found.thumbnail).media_type == "image/jpeg"
    with pytest.raises(NotFound):
        pending_files.recalled(context, MINE, found.thumbnail)
    for address in (found.mark, found.thumbnail.replace(".", ".0"), found.thumbnail.partition(".")[0]):
        with pytest.raises(NotFound):
            pending_files.opened(context, MINE, address)


def test_a_file_that_cannot_be_added_leaves_no_report(context: Context) -> None:
    marks = [pending_files.set_aside(context, MINE, f"{number}.jpg", a_photo(number)).mark for number in range(1, 11)]
    with pytest.raises(RuleRefusal, match="最多上传9个"):
        reported_with(context, marks)
    with context.readers() as session:
        assert [session.scalar(sa.select(sa.func.count(table.id))) for table in (Petition, Attachment)] == [0, 0]


def test_what_nobody_sends_goes_when_its_time_is_over(context: Context, frozen_clock: clock.StoryClock) -> None:
    found = pending_files.set_aside(context, MINE, "灯.png", a_photo(1, "PNG"))
    frozen_clock.move_to(clock.now().add(hours=25))
    assert stored_files.remove_orphans(context) == 2
    assert pending_files.shown(context, MINE, [found.mark]) == []
    with pytest.raises(FileRefused, match="重新选择"):
        pending_files.recalled(context, MINE, found.mark)


def test_a_file_that_is_sent_at_the_last_moment_stays(context: Context, frozen_clock: clock.StoryClock) -> None:
    """It is kept anew as it is added, so the round that removes what is old does not take it away just then."""
    mark = pending_files.set_aside(context, MINE, "灯.png", a_photo(1, "PNG")).mark
    frozen_clock.move_to(clock.now().add(hours=24, minutes=1))
    reported_with(context, [mark])
    assert stored_files.remove_orphans(context) == 0
    assert stored_files.missing_files(context) == []
