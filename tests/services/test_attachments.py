"""Files of petitions: who adds what, who is shown what, and that the ledger and the file store agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import clock
from domain.actions import PETITIONER, Actor, Role
from domain.attachments import MAY_ADD, Purpose
from domain.errors import ForbiddenTransition, NotFound, NotPermitted, RuleRefusal, StaleVersion
from domain.files import FileRefused
from gateways.file_store import DiskStore, MemoryStore, StoreUnavailable, digest_of
from models.evidence import CompletionEvidence
from models.tables import Attachment, HistoryRow, Petition
from services import attachments, decisions, handling, intake, stored_files
from services.context import Context
from services.invariants import check_invariants
from tests.services.lives import AT_UNIT, DESK, EVIDENCE, INSPECTOR, TEXT, UNIT, petition_of, register, settle
from tests.support.context import a_context
from tests.support.files import a_document, a_photo, taken_on_site

OTHER = Actor(Role.UNIT, "housing", "测试乙")


@pytest.fixture
def context(engine: sa.Engine, frozen_clock: clock.StoryClock) -> Context:
    return a_context(engine)


def in_hand(context: Context, text: str = TEXT) -> str:
    petition_id = register(context, text)
    settle(context, petition_id)
    handling.sign(context, petition_id, AT_UNIT)
    return petition_id


def approved(context: Context, petition_id: str, **evidence: Any) -> None:
    handed_in = CompletionEvidence(**(EVIDENCE.model_dump() | evidence))
    handling.submit_completion(context, petition_id, AT_UNIT, handed_in)
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason="答复完整")


def code_of(context: Context, petition_id: str) -> str:
    return petition_of(context, petition_id).query_code


def rows(context: Context) -> list[Attachment]:
    with context.readers() as session:
        return list(session.scalars(sa.select(Attachment).order_by(Attachment.added_at)))


def store_of(context: Context) -> MemoryStore:
    assert isinstance(context.store, MemoryStore)
    return context.store


def names(found: Any) -> list[str]:
    return [item.name for item in found.items]


def test_a_photo_of_a_unit_is_stored_shown_and_in_the_history(context: Context) -> None:
    petition_id = in_hand(context)
    version = petition_of(context, petition_id).version
    view = attachments.add(context, petition_id, AT_UNIT, "修复后.JPG", taken_on_site(), Purpose.EVIDENCE)
    assert (view.name, view.kind, view.sha256) == ("修复后.jpg", "jpeg", digest_of(taken_on_site()))
    assert (view.purpose.name, view.added_unit.code if view.added_unit else "") == ("办理佐证", UNIT)
    assert attachments.shown(context, petition_id, AT_UNIT).items == [view]
    served = attachments.opened(context, petition_id, view.id, AT_UNIT)
    assert (digest_of(served.content), served.media_type) == (view.kept_sha256, "image/jpeg")
    assert view.kept_sha256 != view.sha256
    small = attachments.opened(context, petition_id, view.id, AT_UNIT, thumbnail=True)
    assert digest_of(small.content) == rows(context)[0].thumbnail_sha256
    with context.readers() as session:
        written = session.get_one(HistoryRow, (petition_id, version + 1))
    assert (written.trigger, written.public, written.details["sha256"]) == ("attach", False, view.sha256)
    assert check_invariants(context) == []


def test_the_same_file_for_the_same_purpose_is_there_once(context: Context) -> None:
    petition_id = in_hand(context)
    first = attachments.add(context, petition_id, AT_UNIT, "甲.jpg", a_photo(), Purpose.EVIDENCE)
    version = petition_of(context, petition_id).version
    assert attachments.add(context, petition_id, AT_UNIT, "乙.jpg", a_photo(), Purpose.EVIDENCE) == first
    assert petition_of(context, petition_id).version == version
    other = attachments.add(context, petition_id, AT_UNIT, "乙.jpg", a_photo(), Purpose.CONTACT)
    assert (other.id != first.id, other.kept_sha256 == first.kept_sha256) == (True, True)


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.PLATFORM, Role.PETITIONER}])
def test_who_adds_what_for(context: Context, role: Role) -> None:
    petition_id = in_hand(context)
    actor = Actor(role, UNIT if role is Role.UNIT else None, "测试甲")
    for number, purpose in enumerate(Purpose):
        if purpose in MAY_ADD.get(role, ()):
            attachments.add(context, petition_id, actor, "照片", a_photo(number), purpose)
        else:
            with pytest.raises((NotPermitted, NotFound)):  # a channel sees no petition at all
                attachments.add(context, petition_id, actor, "照片", a_photo(number), purpose)
    assert {row.purpose for row in rows(context)} == set(MAY_ADD.get(role, ()))


def test_a_unit_that_never_had_the_petition_learns_of_nothing(context: Context) -> None:
    petition_id = in_hand(context)
    view = attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE)
    for refused in (
        lambda: attachments.shown(context, petition_id, OTHER),
        lambda: attachments.opened(context, petition_id, view.id, OTHER),
        lambda: attachments.add(context, petition_id, OTHER, "照片", a_photo(2), Purpose.EVIDENCE),
    ):
        with pytest.raises(NotFound):
            refused()


def test_a_file_of_another_petition_is_not_opened_under_this_one(context: Context) -> None:
    one, other = in_hand(context), in_hand(context, "解放路路灯不亮，三盏")
    view = attachments.add(context, other, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE)
    with pytest.raises(NotFound):
        attachments.opened(context, one, view.id, AT_UNIT)


def test_what_inspectors_keep_nobody_else_sees(context: Context) -> None:
    petition_id = in_hand(context)
    view = attachments.add(context, petition_id, INSPECTOR, "现场查看.pdf", a_document(), Purpose.SUPERVISION)
    assert attachments.shown(context, petition_id, INSPECTOR).items == [view]
    for actor in (AT_UNIT, DESK):
        assert attachments.shown(context, petition_id, actor).items == []
        with pytest.raises(NotFound):
            attachments.opened(context, petition_id, view.id, actor)


def test_a_document_has_no_thumbnail(context: Context) -> None:
    petition_id = in_hand(context)
    view = attachments.add(context, petition_id, AT_UNIT, "依据.pdf", a_document(), Purpose.BEYOND_DUTY)
    assert (view.has_thumbnail, view.width) == (False, None)
    with pytest.raises(NotFound):
        attachments.opened(context, petition_id, view.id, AT_UNIT, thumbnail=True)


def test_petitioners_send_photos_by_their_code_and_units_see_them(context: Context) -> None:
    petition_id = in_hand(context)
    code = code_of(context, petition_id)
    view = attachments.add_by_code(context, code, "路灯.jpg", a_photo())
    assert attachments.shown_by_code(context, code).items == [view]
    assert attachments.opened_by_code(context, code, view.id).content
    assert attachments.shown(context, petition_id, AT_UNIT).items == [view]
    assert view.added_unit is None
    with context.readers() as session:
        newest = session.scalars(sa.select(HistoryRow).order_by(HistoryRow.version.desc())).first()
    assert newest is not None
    assert (newest.trigger, newest.actor_role, newest.actor_name, newest.public) == ("attach", "petitioner", "", True)


def test_petitioners_see_the_pictures_of_the_answer_and_nothing_internal(context: Context) -> None:
    petition_id = in_hand(context)
    code = code_of(context, petition_id)
    shown = attachments.add(context, petition_id, AT_UNIT, "修复后", a_photo(1), Purpose.REPLY)
    unused = attachments.add(context, petition_id, AT_UNIT, "另一张", a_photo(2), Purpose.REPLY)
    inner = attachments.add(context, petition_id, AT_UNIT, "通话记录", a_photo(3), Purpose.CONTACT)
    assert attachments.shown_by_code(context, code).items == []
    approved(context, petition_id, attachments=[{"id": shown.id}, {"id": inner.id}])
    assert attachments.shown_by_code(context, code).items == [shown]
    for hidden in (unused, inner):
        with pytest.raises(NotFound):
            attachments.opened_by_code(context, code, hidden.id)


def test_of_several_petitioners_each_sees_their_own_photos(context: Context) -> None:
    main, part = in_hand(context), in_hand(context, "广济路和解放路口的路灯全都不亮了")
    codes = code_of(context, main), code_of(context, part)
    before = attachments.add_by_code(context, codes[1], "并单前", a_photo(1))
    intake.merge(context, part, main, DESK, "同一路段")
    after = attachments.add_by_code(context, codes[1], "并单后", a_photo(2))
    own = attachments.add_by_code(context, codes[0], "主单的", a_photo(3))
    assert attachments.shown_by_code(context, codes[0]).items == [own]
    assert {item.id for item in attachments.shown_by_code(context, codes[1]).items} == {before.id, after.id}
    with pytest.raises(NotFound):
        attachments.opened_by_code(context, codes[0], after.id)
    # Whoever handles the matter sees all of it.
    assert {item.id for item in attachments.shown(context, main, AT_UNIT).items} == {before.id, after.id, own.id}


def test_whoever_withdrew_sends_no_more(context: Context) -> None:
    petition_id = in_hand(context)
    code = code_of(context, petition_id)
    intake.withdraw(context, petition_id, PETITIONER, "已解决")
    with pytest.raises(ForbiddenTransition):
        attachments.add_by_code(context, code, "照片", a_photo())


def test_there_is_a_number_for_each_party(context: Context) -> None:
    petition_id = in_hand(context)
    code = code_of(context, petition_id)
    for number in range(9):
        attachments.add_by_code(context, code, "照片", a_photo(number))
    kept = dict(store_of(context).kept)
    with pytest.raises(RuleRefusal, match="最多上传9个") as refusal:
        attachments.add_by_code(context, code, "照片", a_photo(99))
    assert (refusal.value.code, refusal.value.field) == ("too-many-files", "file")
    assert store_of(context).kept == kept
    attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(99), Purpose.EVIDENCE)


def test_what_would_not_be_kept_is_not_unpacked(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large photo costs seconds of a processor, and nobody need pay them for a file too many."""
    petition_id = in_hand(context)
    code = code_of(context, petition_id)
    first, *_ = [attachments.add_by_code(context, code, "照片", a_photo(number)) for number in range(9)]
    assert attachments.add_by_code(context, code, "照片", a_photo(0)).id == first.id, "sent again it is the same"
    monkeypatch.setattr(attachments, "cleaned", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(RuleRefusal, match="最多上传9个"):
        attachments.add_by_code(context, code, "照片", a_photo(99))


def test_nothing_is_written_when_it_is_refused(context: Context) -> None:
    petition_id = in_hand(context)
    version = petition_of(context, petition_id).version
    with pytest.raises(FileRefused):
        attachments.add(context, petition_id, AT_UNIT, "照片.jpg", b"<svg/>", Purpose.EVIDENCE)
    with pytest.raises(StaleVersion):
        attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE, version=version - 1)
    assert rows(context) == []
    assert store_of(context).kept == {}
    assert petition_of(context, petition_id).version == version


# --- the store and the ledger -----------------------------------------------------------------------------------------


def test_a_store_that_is_full_leaves_no_row(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    petition_id = in_hand(context)
    before = petition_of(context, petition_id).version
    with monkeypatch.context() as patched:
        patched.setattr(MemoryStore, "put", _full)
        with pytest.raises(StoreUnavailable):
            attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE)
    assert rows(context) == []
    assert petition_of(context, petition_id).version == before
    attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE)


def _full(*_: object) -> str:
    raise StoreUnavailable


def test_files_without_a_row_go_after_a_day_and_no_others(
    engine: sa.Engine, frozen_clock: clock.StoryClock, tmp_path: Path
) -> None:
    context = a_context(engine, store=DiskStore(tmp_path / "files"))
    petition_id = in_hand(context)
    view = attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE)
    orphan = context.store.put(b"left over", clock.now())
    frozen_clock.move_to(clock.now().add(hours=23))
    young = context.store.put(b"perhaps still to be used", clock.now())
    assert stored_files.remove_orphans(context) == 0
    frozen_clock.move_to(clock.now().add(hours=1))
    assert stored_files.remove_orphans(context) == 1
    assert (context.store.has(orphan), context.store.has(young)) == (False, True)
    assert attachments.opened(context, petition_id, view.id, AT_UNIT, thumbnail=True).content
    assert stored_files.missing_files(context) == []


def test_a_row_without_its_file_is_found(context: Context) -> None:
    petition_id = in_hand(context)
    view = attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE)
    assert stored_files.missing_files(context) == []
    del store_of(context).kept[view.kept_sha256]
    [violation] = stored_files.missing_files(context)
    with context.readers() as session:
        number = session.get_one(Petition, petition_id).case_number
    assert (violation.name, violation.cases) == ("attachments_are_there", (number,))
    with pytest.raises(StoreUnavailable):
        attachments.opened(context, petition_id, view.id, AT_UNIT)


def test_a_petition_that_is_over_takes_no_more_files_of_units(context: Context) -> None:
    petition_id = in_hand(context)
    intake.withdraw(context, petition_id, PETITIONER, "")
    with pytest.raises(ForbiddenTransition):
        attachments.add(context, petition_id, AT_UNIT, "照片", a_photo(), Purpose.EVIDENCE)
    attachments.add(context, petition_id, INSPECTOR, "照片", a_photo(), Purpose.SUPERVISION)
    with pytest.raises(ForbiddenTransition):
        handling.note(context, petition_id, AT_UNIT, "补记")
