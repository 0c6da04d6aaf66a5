"""What keeps the platform honest must not get into its own way."""

from __future__ import annotations

import pytest

from tasks import upkeep
from tasks.upkeep import only_one


def test_the_same_work_is_done_once_at_a_time() -> None:
    with only_one("comparing") as first, only_one("comparing") as second, only_one("counting") as other:
        assert (first, second, other) == (True, False, True)
    with only_one("comparing") as again:
        assert again


def test_work_that_failed_is_over() -> None:
    with pytest.raises(ValueError, match="as it may"), only_one("comparing"):
        raise ValueError("as it may")
    with only_one("comparing") as again:
        assert again


def test_work_that_hangs_locks_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "LOST_AFTER_MINUTES", -1)
    with only_one("comparing") as hanging, only_one("comparing") as next_one:
        assert (hanging, next_one) == (True, True)
    assert upkeep._at_work == {}
