"""`rongetong identity` and `rongetong audit` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

import clock
from cli.app import app
from gateways.key_ring import KeyFile
from models.shapes import PetitionerIn
from models.tables import Petitioner
from services import identity, identity_keeping, intake
from services.bootstrap import use_context
from services.context import Context
from tests.cli.typing_in import run
from tests.services import lives
from tests.services.lives import DESK, petition_of, register
from tests.support.context import a_context

PERSON = PetitionerIn(name="测试甲乙丙", contact_kind="sms", contact="13800001234")


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "identity.keys")


@pytest.fixture
def context(engine: sa.Engine, keys: KeyFile, frozen_clock: clock.StoryClock) -> Iterator[Context]:
    with use_context(a_context(engine, identity_keys=keys)) as context:
        yield context


def test_a_key_is_changed_and_a_change_that_broke_off_goes_on(
    context: Context, keys: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pole in range(3):
        register(context, f"测试甲反映第{pole}号灯杆不亮", petitioner=PERSON)
    old = keys.ring().newest
    assert f"to seal anew: 3，密钥 keys: {old} 3" in run("identity", "rotate-key", "--dry-run").output
    assert keys.ring().newest == old
    real = identity_keeping.reseal

    def killed(context: Context, *_: object) -> int:
        done: list[int] = []

        def after_one(some: int) -> None:
            done.append(some)
            raise KeyboardInterrupt

        return real(context, after_one, batch=1)

    monkeypatch.setattr(identity_keeping, "reseal", killed)
    assert CliRunner().invoke(app, ["identity", "rotate-key"]).exit_code != 0
    monkeypatch.setattr(identity_keeping, "reseal", real)
    new = keys.ring().newest
    assert identity_keeping.keys_in_use(context) == {old: 2, new: 1}
    assert f"sealed anew: 2，密钥 keys: {new} 3" in run("identity", "rotate-key", "--resume").output
    assert list(keys.ring().keys) == [old, new]


def test_lost_keys_are_said_and_never_replaced_unasked(context: Context, keys: KeyFile) -> None:
    petition_id = register(context, petitioner=PERSON)
    assert run("identity", "new-keys", "--yes").exit_code == 2
    keys.path.rename(keys.path.with_name("backup"))
    for words in (("rotate-key",), ("rotate-key", "--resume")):
        said = run("identity", *words)
        assert (said.exit_code, "identity.keys" in said.output) == (1, True)
    checked = run("check")
    assert (checked.exit_code, "identities_can_be_opened" in checked.output) == (1, True)
    assert run("identity", "new-keys").exit_code == 1
    assert not keys.exists()
    assert "new key" in run("identity", "new-keys", "--yes").output
    both = keys.path.with_name("backup").read_text() + keys.path.read_text()
    keys.path.write_text(both)
    assert identity.disclose(context, petition_id, DESK, purpose="contact", words="核实情况").name == PERSON.name


def test_who_read_is_listed_by_case_and_by_person(context: Context) -> None:
    first = register(context, petitioner=PERSON)
    second = register(context, "测试甲又反映公厕无水", petitioner=PERSON)
    numbers = [petition_of(context, key).case_number for key in (first, second)]
    identity.disclose(context, second, DESK, purpose="contact", words="核实公厕位置")
    assert "readings: 0" in run("identity", "readers", numbers[0]).output
    everywhere = run("identity", "readers", numbers[0], "--everywhere").output
    assert all(part in everywhere for part in ("readings: 1", numbers[1], "测试专席", "核实公厕位置"))
    found = run("identity", "find", "sms", given="138 0000 1234\n").output
    assert all(number in found for number in numbers)
    assert "1234" not in found
    assert run("identity", "readers", "SZ-0").exit_code == 2
    assert "满50人" in run("identity", "unusual").output


def test_what_an_older_version_left_is_sealed(context: Context) -> None:
    petition_id = register(context, petitioner=PERSON)
    with context.sessions.begin() as session:
        row = session.get_one(Petitioner, petition_id)
        row.plain_name, row.sealed, row.key_id = PERSON.name, None, None
    assert "sealed: 1" in run("identity", "seal").output
    assert "sealed: 0" in run("identity", "seal").output


def test_what_is_due_is_listed_before_it_is_erased(context: Context, frozen_clock: clock.StoryClock) -> None:
    petition_id = register(context, petitioner=PERSON)
    lives.settle(context, petition_id)
    intake.withdraw(context, petition_id, lives.CITIZEN)
    frozen_clock.move_to(clock.now().add(days=365))
    listed = run("identity", "anonymise", "--dry-run").output
    assert petition_of(context, petition_id).case_number in listed
    assert "due: 1" in listed
    assert "erased: 1" in run("identity", "anonymise").output
    assert "due: 0" in run("identity", "anonymise", "--dry-run").output


def test_the_audit_names_what_was_altered_and_holds_the_ledger_to_an_anchor(context: Context, tmp_path: Path) -> None:
    assert run("audit", "export-anchor").exit_code == 1
    petition_id = lives.in_hand(context)
    number = petition_of(context, petition_id).case_number
    kept = tmp_path / "anchor.json"
    assert run("audit", "export-anchor", "--out", str(kept)).exit_code == 0
    assert json.loads(run("audit", "export-anchor").stdout) == json.loads(kept.read_text())
    for words in ((), (number,), ("--since", "2026-03-01"), ("--against", str(kept))):
        assert run("audit", "verify", *words).exit_code == 0, words
    with context.sessions.begin() as session:
        session.execute(sa.text("UPDATE assignment SET unit = 'housing' WHERE petition_id = :id"), {"id": petition_id})
    altered = run("audit", "verify")
    assert (altered.exit_code, number in altered.output, "主办协办任务" in altered.output) == (1, True, True)
    assert run("audit", "verify", "--since", "2027-01-01").exit_code == 0
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"digest": "0" * 64}))
    assert "没有这个锚点" in run("audit", "verify", "--against", str(kept)).output
    kept.write_text("[]")
    assert run("audit", "verify", "--against", str(kept)).exit_code == 2
