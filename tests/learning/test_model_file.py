"""A model as bytes: the same again when read, refused when anything about it is wrong, and never run."""

from __future__ import annotations

import pickle
import random
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from learning import model_file
from learning.errors import ModelFileError
from learning.model import Model, parts_of
from learning.model_file import from_bytes, to_bytes
from learning.training import train
from tests.learning.samples import examples

MODEL = train(examples())
CONTENT = to_bytes(MODEL)


def forged(parts: dict[str, np.ndarray[Any, Any]], digest: str = MODEL.version) -> bytes:
    block = zlib.compress(save(parts))
    return b"rongetong-model 1\n" + digest.encode() + b"\n" + block


def refusal(content: bytes) -> str:
    with pytest.raises(ModelFileError) as refused:
        from_bytes(content)
    return refused.value.message


def test_what_is_written_is_read_again() -> None:
    read = from_bytes(CONTENT)
    assert read.version == MODEL.version
    for text in ("路灯不亮", "拖欠工资", "幼儿园", ""):
        assert read.predict(text) == MODEL.predict(text)
    assert to_bytes(read) == CONTENT


def test_a_model_of_words_and_signs_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learning.training.MANY_LABELS", 2)
    made = train([type(e)(e.text, e.label, {f"sign {e.label}": 1.0}) for e in examples()])
    read = from_bytes(to_bytes(made))
    assert read.predict("路灯", {"sign 路灯": 1.0}) == made.predict("路灯", {"sign 路灯": 1.0})


class Hostile:
    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("code was run",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04 zip", "不是 rongetong dispatch train 写出的模型"),
        (pickle.dumps(Hostile()), "不是 rongetong dispatch train 写出的模型"),
        (CONTENT[:20], "文件不完整"),
        (CONTENT[:-1], "文件不完整"),
        (CONTENT[: len(CONTENT) // 2], "文件不完整"),
        (CONTENT + b"more", "之后还有别的数据"),
        (CONTENT.replace(b"model 1", b"model 2", 1), "格式版本是“2”"),
        (CONTENT.replace(MODEL.version.encode(), b"0" * 64, 1), "与摘要不符"),
        (b"rongetong-model 1\n" + MODEL.version.encode() + b"\n" + zlib.compress(pickle.dumps(Hostile())), "已损坏"),
    ],
)
def test_a_file_that_is_no_model_is_refused_with_the_reason(content: bytes, said: str) -> None:
    assert said in refusal(content)


def test_any_damaged_byte_is_noticed() -> None:
    chance = random.Random(7)
    for place in chance.sample(range(len(CONTENT)), 60):
        damaged = bytearray(CONTENT)
        damaged[place] ^= 1 << chance.randrange(8)
        assert refusal(bytes(damaged))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content: bytes) -> None:
    assert refusal(content)
    assert refusal(b"rongetong-model 1\n" + content)
    assert refusal(b"rongetong-model 1\n" + b"0" * 64 + b"\n" + zlib.compress(content))


def test_too_large_a_file_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "MAX_BYTES", 100)
    assert "最大" in refusal(CONTENT)


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "MAX_UNPACKED", 1000)
    assert "解开后超过" in refusal(CONTENT)


FORGERIES: dict[str, dict[str, np.ndarray[Any, Any] | None]] = {
    "a part is missing": {"weights": None},
    "another kind of number": {"weights": np.zeros((3, 3), dtype=np.float64)},
    "another shape": {"weights": np.zeros((3, 3), dtype=np.float32)},
    "no number": {"starts": np.array([np.nan, 0, 0], dtype=np.float32)},
    "labels twice": {"labels": np.frombuffer("甲\n甲\n乙".encode(), dtype=np.uint8)},
    "no text": {"labels": np.array([0xFF, 0xFE], dtype=np.uint8)},
    "no labels": {"labels": np.zeros(0, dtype=np.uint8)},
    "runs out of order": {"runs": MODEL.runs.terms[::-1].copy()},
    "a record of another length": {"right": np.zeros(3, dtype=np.uint8)},
    "no steepness": {"steepness": np.zeros(0, dtype=np.float64)},
    "rows as nothing": {"rows": np.zeros(0, dtype=np.int64)},
}


@pytest.mark.parametrize("changed", FORGERIES.values(), ids=FORGERIES.keys())
def test_parts_that_do_not_fit_are_refused(changed: dict[str, np.ndarray[Any, Any] | None]) -> None:
    parts = {**dict(parts_of(MODEL)), **changed}
    assert "请重新训练" in refusal(forged({name: part for name, part in parts.items() if part is not None}))


def test_changed_weights_are_noticed_by_the_digest() -> None:
    weights = MODEL.weights.terms.copy()
    weights[0, 0] += 1
    assert "与摘要不符" in refusal(forged({**dict(parts_of(MODEL)), "weights": weights}))


def test_the_same_rows_give_the_same_bytes() -> None:
    again: Model = train(examples())
    assert to_bytes(again) == CONTENT
