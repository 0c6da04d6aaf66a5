"""Who reported is sealed, masked, given out for a purpose, and every reading is on record or did not happen."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.actions import Actor, Role
from domain.errors import Incomplete, KeysUnusable, NotFound, NotPermitted
from domain.stages import Trigger
from gateways.channels import AddressBook
from gateways.database import create_ledger_engine
from gateways.key_ring import HeldKeys, KeyFile
from gateways.migrations import upgrade
from gateways.notifier import RecordingNotifier
from models.shapes import PetitionerIn
from models.tables import IdentityRead, Petitioner
from services import decisions, delivery, handling, identity, identity_keeping, identity_log, intake, outbox, queries
from services.context import Context
from services.delivery import Outcome
from tests.services import lives
from tests.services.lives import AT_UNIT, DESK, INSPECTOR, OTHER_UNIT, REVIEWER, register
from tests.services.soundness import whole_ledger
from tests.support.context import a_context, recorded, shipped_policy

NAME, CONTACT = "测试甲乙丙", "13800001234"
PERSON = PetitionerIn(name=NAME, contact_kind="sms", contact=CONTACT)
BOOK = AddressBook(petitioner={"sms": "jsons://sms.example.com/{address}"})
LOOK = {"purpose": "contact", "words": "核实灯杆编号"}
OPERATOR = Actor(Role.OPERATOR, name="运维")


def row_of(context: Context, petition_id: str) -> Petitioner:
    with context.readers() as session:
        return session.get_one(Petitioner, petition_id)


def in_hand(context: Context, petitioner: PetitionerIn = PERSON) -> str:
    """A petition with a known petitioner, signed by its unit."""
    petition_id = register(context, petitioner=petitioner)
    lives.settle(context, petition_id)
    handling.sign(context, petition_id, AT_UNIT)
    return petition_id


def reads(context: Context, petition_id: str) -> list[tuple[int, str, str, str]]:
    with context.readers() as session:
        rows = identity_log.reads_of(session, petition_id)
        return [(row.number, row.reader_role, row.reader_name, row.purpose) for row in rows]


def in_plain(context: Context, petition_id: str) -> None:
    """Make the row as a version before would have written it."""
    with context.sessions.begin() as session:
        row = session.get_one(Petitioner, petition_id)
        row.plain_name, row.plain_contact, row.contact_kind = NAME, CONTACT, "sms"
        row.sealed = row.key_id = row.person = None


def test_what_is_kept_is_sealed_and_shown_masked(context: Context) -> None:
    petition_id = register(context, petitioner=PERSON)
    row = row_of(context, petition_id)
    assert (row.plain_name, row.plain_contact, row.contact_kind) == (None, None, "sms")
    assert row.sealed is not None
    assert CONTACT.encode() not in row.sealed
    shown = queries.detail(context, petition_id, DESK).petitioner
    assert shown is not None
    assert (shown.name, shown.contact) == ("测****", "138****1234")
    assert queries.detail(context, petition_id, REVIEWER).petitioner is None
    assert reads(context, petition_id) == []


def test_the_whole_is_given_for_a_purpose_and_written_down(context: Context) -> None:
    petition_id = in_hand(context)
    for reader in (AT_UNIT, DESK):
        found = identity.disclose(context, petition_id, reader, **LOOK)
        assert (found.name, found.contact, found.purpose.name) == (NAME, CONTACT, "联系诉求人核实情况")
    identity.disclose(context, petition_id, INSPECTOR, purpose="inspection", words="督办核查")
    log = identity_log.readers(context, petition_id, OPERATOR).reads
    assert [(row.account, row.purpose.code, row.words) for row in log] == [
        ("测试经办", "contact", "核实灯杆编号"),
        ("测试专席", "contact", "核实灯杆编号"),
        ("督查员", "inspection", "督办核查"),
    ]
    assert log[0].unit is not None
    with context.readers() as session:
        assert identity_log.first_broken_read(identity_log.reads_of(session, petition_id), 3) is None


@pytest.mark.parametrize(
    ("reader", "look", "refusal"),
    [
        (REVIEWER, LOOK, NotPermitted),
        (OPERATOR, LOOK, NotPermitted),
        (INSPECTOR, LOOK, Incomplete),
        (DESK, {"purpose": "notice", "words": "好奇"}, Incomplete),
        (Actor(Role.UNIT, OTHER_UNIT, "别的单位"), LOOK, NotFound),
    ],
)
def test_whoever_may_not_learns_nothing(
    context: Context, reader: Actor, look: dict[str, str], refusal: type[Exception]
) -> None:
    petition_id = in_hand(context)
    with pytest.raises(refusal):
        identity.disclose(context, petition_id, reader, **look)
    assert reads(context, petition_id) == []


def test_who_confided_is_unknown_to_every_unit(context: Context) -> None:
    confiding = PERSON.model_copy(update={"confidential": True})
    petition_id = in_hand(context, confiding)
    assert queries.detail(context, petition_id, AT_UNIT).petitioner is None
    with pytest.raises(NotPermitted):
        identity.disclose(context, petition_id, AT_UNIT, **LOOK)
    assert identity.disclose(context, petition_id, DESK, **LOOK).name == NAME


def test_a_unit_calls_nobody_once_it_is_over(context: Context) -> None:
    petition_id = in_hand(context)
    shown = queries.detail(context, petition_id, AT_UNIT).petitioner
    assert shown is not None
    assert [item.code for item in shown.purposes] == ["contact", "visit", "reply"]
    intake.withdraw(context, petition_id, lives.CITIZEN)
    shown = queries.detail(context, petition_id, AT_UNIT).petitioner
    assert shown is not None
    assert shown.purposes == []
    with pytest.raises(NotPermitted, match="已结束"):
        identity.disclose(context, petition_id, AT_UNIT, **LOOK)


def test_an_anonymous_report_has_nobody_to_read(context: Context) -> None:
    petition_id = lives.in_hand(context)
    with pytest.raises(NotFound, match="匿名"):
        identity.disclose(context, petition_id, DESK, **LOOK)
    assert reads(context, petition_id) == []


def test_of_a_merged_case_each_petitioner_is_asked_for_by_number(context: Context) -> None:
    main = lives.in_hand(context)
    part = register(context, "测试乙反映同一处路灯不亮", petitioner=PERSON)
    intake.merge(context, part, main, DESK, lives.WORDS)
    number = lives.petition_of(context, part).case_number
    [merged] = queries.detail(context, main, AT_UNIT).merged
    assert merged.petitioner is not None
    assert merged.petitioner.name == "测****"
    found = identity.disclose(context, main, AT_UNIT, **LOOK, case_number=number)
    assert (found.id, found.contact) == (part, CONTACT)
    assert [row[1] for row in reads(context, part)] == ["unit"]
    stranger = register(context, "测试丙反映别处下水道堵了", petitioner=PERSON)
    with pytest.raises(NotFound):
        identity.disclose(context, main, AT_UNIT, **LOOK, case_number=lives.petition_of(context, stranger).case_number)


def test_a_reading_that_cannot_be_written_down_does_not_happen(context: Context, engine: sa.Engine) -> None:
    petition_id = in_hand(context)

    def refuse(_mapper: object, _connection: object, _row: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, Exception("disk full"))

    sa.event.listen(IdentityRead, "before_insert", refuse)
    try:
        with pytest.raises(sa.exc.OperationalError):
            identity.disclose(context, petition_id, DESK, **LOOK)
    finally:
        sa.event.remove(IdentityRead, "before_insert", refuse)
    assert (reads(context, petition_id), row_of(context, petition_id).reads) == ([], None)
    assert identity.disclose(context, petition_id, DESK, **LOOK).name == NAME


def test_the_platform_writes_down_that_it_told_the_petitioner(engine: sa.Engine) -> None:
    context = a_context(engine, addresses=BOOK)
    petition_id = in_hand(context)
    notice = lives.notice_to(context, f"petitioner:{petition_id}")
    assert delivery.deliver(context, notice) is Outcome.SENT
    assert reads(context, petition_id) == [(1, "platform", "融e通", "notice")]
    assert delivery.deliver(context, notice) is Outcome.NOT_DUE
    assert len(reads(context, petition_id)) == 1


def test_without_the_key_nothing_is_lost(engine: sa.Engine) -> None:
    keys = HeldKeys(secrets.token_bytes(32))
    context = a_context(engine, addresses=BOOK, identity_keys=keys)
    petition_id = in_hand(context)
    notice = lives.notice_to(context, f"petitioner:{petition_id}")
    sealed = row_of(context, petition_id).sealed
    away = a_context(engine, addresses=BOOK, identity_keys=HeldKeys())
    for refused in (
        lambda: identity.disclose(away, petition_id, DESK, **LOOK),
        lambda: register(away, "测试丁反映井盖丢失", petitioner=PERSON),
    ):
        with pytest.raises(KeysUnusable, match=r"identity\.keys"):
            refused()
    assert register(away, "匿名反映井盖破损")
    shown = queries.detail(away, petition_id, DESK).petitioner
    assert shown is not None
    assert (shown.name, shown.contact) == (identity.UNREADABLE, identity.UNREADABLE)
    assert delivery.deliver(away, notice) is Outcome.FAULT
    assert lives.stored(context, notice).status == "owed"
    assert identity_keeping.unopenable(away) == [keys.ring().newest]
    assert row_of(context, petition_id).sealed == sealed
    assert identity.disclose(context, petition_id, DESK, **LOOK).contact == CONTACT
    assert not away.identity_keys.exists(), "a key that was lost is not replaced in silence"


def test_sealed_identities_cannot_be_swapped(context: Context) -> None:
    mine = in_hand(context)
    other = register(context, "测试乙反映天桥灯坏", petitioner=PetitionerIn(name="测试丁"))
    with context.sessions.begin() as session:
        session.get_one(Petitioner, mine).sealed = session.get_one(Petitioner, other).sealed
    with pytest.raises(KeysUnusable, match="调换"):
        identity.disclose(context, mine, DESK, **LOOK)


def test_old_rows_are_sealed_in_batches_and_read_alike(context: Context) -> None:
    ids = [register(context, f"测试甲反映{place}路灯不亮", petitioner=PERSON) for place in ("一号", "二号", "三号")]
    for key in ids:
        in_plain(context, key)
    shown = queries.detail(context, ids[0], DESK).petitioner
    assert shown is not None
    assert shown.contact == "138****1234"
    assert identity_keeping.count_plain(context) == 3
    steps: list[int] = []

    def stop_after_the_first(some: int) -> None:
        steps.append(some)
        if len(steps) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        identity_keeping.seal_plain(context, stop_after_the_first, batch=1)
    assert identity_keeping.count_plain(context) == 2
    assert identity_keeping.seal_plain(context, batch=1) == 2
    assert identity_keeping.seal_plain(context) == 0
    row = row_of(context, ids[2])
    assert (row.plain_name, row.plain_contact) == (None, None)
    assert identity.disclose(context, ids[2], DESK, **LOOK).contact == CONTACT


def test_a_changed_key_seals_everything_anew_and_may_be_stopped(engine: sa.Engine) -> None:
    keys = HeldKeys(secrets.token_bytes(32))
    context = a_context(engine, identity_keys=keys)
    ids = [register(context, f"测试甲反映{place}路灯不亮", petitioner=PERSON) for place in ("一号", "二号", "三号")]
    old, new = keys.ring().newest, keys.add()
    assert identity_keeping.count_under_older_keys(context) == 3
    identity_keeping.reseal(context, batch=2)
    assert identity_keeping.keys_in_use(context) == {new: 3}
    assert identity_keeping.reseal(context) == 0
    only_new = HeldKeys(keys.ring().keys[new])
    later = a_context(engine, identity_keys=only_new)
    assert {identity.disclose(later, key, DESK, **LOOK).contact for key in ids} == {CONTACT}
    assert old not in only_new.ring().keys


def test_the_same_person_is_found_by_their_contact_without_opening_anything(context: Context) -> None:
    first = register(context, petitioner=PERSON)
    second = register(context, "测试甲又反映公厕无水", petitioner=PERSON)
    register(context, "测试乙反映公厕脏", petitioner=PetitionerIn(contact_kind="sms", contact="13900000000"))
    numbers = sorted(lives.petition_of(context, key).case_number for key in (first, second))
    with context.readers() as session:
        assert identity.find_by_contact(context, session, "sms", "+86 138-0000-1234") == numbers
        assert identity.find_by_contact(context, session, "email", CONTACT) == []
        assert set(identity.same_person(context, session, first)) == {first, second}
    assert reads(context, first) == []


def test_an_account_that_reads_many_is_shown_to_the_inspectors(engine: sa.Engine) -> None:
    strict = replace(shipped_policy(), identity=replace(shipped_policy().identity, unusual_reads=2), version="strict")
    context = a_context(engine, policy=strict)
    first, second = (in_hand(context, PERSON), register(context, "测试乙反映灯杆倾斜", petitioner=PERSON))
    for _ in range(3):
        identity.disclose(context, first, DESK, **LOOK)
        assert identity_log.unusual(context, INSPECTOR).readers == [], "one person read often is not many"
    identity.disclose(context, second, Actor(Role.DESK, name="另一专席"), **LOOK)
    assert identity_log.unusual(context, INSPECTOR).readers == []
    identity.disclose(context, second, DESK, **LOOK)
    found = identity_log.unusual(context, INSPECTOR)
    [(recipient, rule, _)] = lives.told(context, second, Trigger.FLAG_READING)
    assert (recipient, rule) == ("role:discipline", "reading-flagged")
    identity.disclose(context, second, DESK, **LOOK)
    assert lives.triggers_of(context, second).count(Trigger.FLAG_READING) == 1
    seen = {who.role: queries.history(context, second, who).entries for who in (DESK, INSPECTOR)}
    assert len(seen[Role.INSPECTOR]) == len(seen[Role.DESK]) + 1, "whoever reads is not told of it"
    assert [(row.account, row.people, row.reads) for row in found.readers] == [("测试专席", 2, 4)]
    assert identity_log.unusual(context, INSPECTOR, found.day - dt.timedelta(days=1)).readers == []
    with pytest.raises(NotPermitted):
        identity_log.unusual(context, DESK)


def test_nothing_else_names_the_petitioner(engine: sa.Engine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    context = a_context(engine, addresses=BOOK)
    petition_id = in_hand(context)
    identity.disclose(context, petition_id, DESK, **LOOK)
    handling.submit_completion(
        context,
        petition_id,
        AT_UNIT,
        lives.EVIDENCE.model_copy(
            update={"public_reply": "您反映的路灯已经修复，感谢监督", "internal_account": "更换镇流器五只"}
        ),
    )
    decisions.decide_completion(context, petition_id, DESK, approved=True, reason="答复完整")
    lives.settle(context, petition_id)
    for notice in outbox.due_notices(context, 100):
        delivery.deliver(context, notice)
    kept = repr({name: [tuple(row) for row in rows] for name, rows in whole_ledger(context).items()})
    labels = repr(recorded(context).started)
    assert "核实灯杆编号" in kept
    for text in (kept, labels, caplog.text):
        assert NAME not in text
        assert CONTACT not in text
    sent = context.notifier
    assert isinstance(sent, RecordingNotifier)
    assert any(CONTACT in address for address, _ in sent.sent), "the address alone has it"
    for _, message in sent.sent:
        assert NAME not in message.title + message.body
        assert CONTACT not in message.title + message.body


def test_the_database_file_holds_nobody_in_plain(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    engine = create_ledger_engine(url)
    context = a_context(engine, addresses=BOOK, identity_keys=KeyFile(tmp_path / "identity.keys"))
    sealed, plain = (register(context, f"反映{place}路灯不亮", petitioner=PERSON) for place in ("东街", "西街"))
    in_plain(context, plain)
    assert NAME.encode() in whole_files(tmp_path)
    identity_keeping.seal_plain(context)
    for key in (sealed, plain):
        lives.settle(context, key)
        assert identity.disclose(context, key, DESK, **LOOK).contact == CONTACT
        delivery.deliver(context, lives.notice_to(context, f"petitioner:{key}"))
    engine.dispose()
    kept = whole_files(tmp_path)
    assert "核实灯杆编号".encode() in kept
    assert NAME.encode() not in kept
    assert CONTACT.encode() not in kept


def whole_files(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name.startswith("ledger"))
