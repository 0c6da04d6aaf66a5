"""Learning from rows: the same rows give the same model, unseen texts get the right label, too little is refused."""

from __future__ import annotations

import random

import pytest

from learning.errors import CannotLearn, TooFewRows
from learning.examples import Example, dealt, in_order
from learning.model import Model
from learning.training import train
from tests.learning.samples import examples


@pytest.fixture(scope="module")
def model() -> Model:
    return train(examples())


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("广场的路灯坏了，晚上很黑", "路灯"),
        ("老板欠薪，拖欠我三个月工资", "欠薪"),
        ("学校乱收费，老师要求补课", "学校"),
        ("学 校 食堂 老师", "学校"),
        ("ＬＥＤ路灯损坏", "路灯"),
    ],
)
def test_an_unseen_text_gets_its_label_with_the_words_that_speak_for_it(model: Model, text: str, label: str) -> None:
    guesses = model.predict(text)
    assert guesses[0].label == label
    assert sum(guess.probability for guess in guesses) == pytest.approx(1)
    assert [guess.probability for guess in guesses] == sorted((g.probability for g in guesses), reverse=True)
    assert {guess.label for guess in guesses} == {"路灯", "欠薪", "学校"}
    words = guesses[0].reasons[0].removeprefix("以往这类诉求多有“").removesuffix("”").split("”“")
    assert words
    assert all(word in "".join(text.split()) for word in words)


@pytest.mark.parametrize("text", ["", " \n", "😀😀😀", "hello world", "\ud800", "123", "=1+1", "（）！？"])
def test_of_a_text_without_a_known_word_nothing_is_guessed(model: Model, text: str) -> None:
    assert model.predict(text) == []


def test_a_word_cut_otherwise_is_known_by_its_letters(model: Model) -> None:
    best = model.predict("讨要拖欠薪水")[0]
    assert best.label == "欠薪"
    assert best.reasons == ("没有突出的词语，只是字面相近", "认得的词语只有0个")


def test_knowing_hardly_a_word_is_told(model: Model) -> None:
    assert "认得的词语只有1个" in model.predict("路灯")[0].reasons


def test_a_hundred_thousand_letters_are_answered(model: Model) -> None:
    assert model.predict("路灯不亮" * 25_000)[0].label == "路灯"


def test_the_order_of_the_rows_and_repeats_change_nothing(model: Model) -> None:
    rows = [*examples(), *examples()[:20]]
    random.Random(1).shuffle(rows)
    assert train(rows).version == model.version


def test_another_row_makes_another_version(model: Model) -> None:
    assert train([*examples(), Example("样例小区路灯不亮又来反映", "路灯")]).version != model.version


def test_steps_are_told(model: Model) -> None:
    steps: list[tuple[int, int]] = []
    train(examples(), progress=lambda done, whole: steps.append((done, whole)))
    assert steps == [(step, 15) for step in range(1, 16)]


def test_further_rows_are_learned_from_but_bring_no_label_of_their_own() -> None:
    further = [Example(f"样例 小区 电梯 困 人 {number}", "路灯") for number in range(20)]
    foreign = [Example(f"样例小区水管爆裂{number}", "供水") for number in range(20)]
    model = train(examples(), extra=[*further, *foreign])
    assert model.labels == ("学校", "欠薪", "路灯")
    assert model.predict("电梯困人")[0].label == "路灯"
    assert len(model.record.right) == len(examples()), "how sure to be is judged by the rows alone"


def test_signs_of_the_caller_speak_too() -> None:
    rows = [
        Example(f"{example.text}编号{place % 7}", "甲" if place % 2 else "乙", {f"keyword:{place % 2}": 2.0})
        for place, example in enumerate(examples())
    ]
    model = train(rows)
    same = "样例小区请尽快处理"
    assert model.predict(same, {"keyword:1": 2.0})[0].label == "甲"
    assert model.predict(same, {"keyword:0": 2.0, "unknown": 9.0})[0].label == "乙"
    assert "并有“keyword:1”" in model.predict(same, {"keyword:1": 2.0})[0].reasons


def test_with_many_labels_words_alone_are_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("learning.training.MANY_LABELS", 2)
    model = train(examples())
    assert len(model.runs.terms) == 0
    assert model.predict("路灯不亮")[0].label == "路灯"


def test_confidence_can_be_relied_on(model: Model) -> None:
    assert model.record.accuracy > 0.9
    threshold = model.record.threshold_for(0.98)
    assert threshold is not None
    sure = model.record.edges >= threshold
    assert model.record.right[sure].mean() >= 0.98


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "没有一行有文字"),
        ([Example("", "路灯")] * 9, "没有一行有文字"),
        (examples()[:48], "只有一种标签“路灯”"),
        ([*examples(), Example("样例", " ")], "没有标签"),
        ([*examples(), Example("样例", "长" * 201)], "标签列选错了吗"),
        ([Example(chr(0x4E00 + n), "甲" if n < 5 else "乙") for n in range(10)], "行数太少"),
    ],
)
def test_what_cannot_be_learned_from_is_said(rows: list[Example], said: str) -> None:
    with pytest.raises(CannotLearn, match=said):
        train(rows)


def test_labels_with_too_few_rows_are_named() -> None:
    rows = [*examples(), Example("水管爆裂", "供水"), Example("水管 爆裂", "供水"), *[Example("停电", "供电")] * 9]
    with pytest.raises(TooFewRows, match=r"不足5行：供水\(2行\)、供电\(1行\)") as refused:
        train(rows)
    assert refused.value.counts == {"供水": 2, "供电": 1}


def test_contradictory_rows_are_no_obstacle() -> None:
    rows = [*examples(), *(Example(example.text, "另类") for example in examples()[:6])]
    assert "另类" in train(rows).labels


def test_the_same_text_is_never_in_two_folds_and_labels_are_spread_evenly() -> None:
    rows = in_order([*examples(), *(Example(example.text, "另类") for example in examples()[:6])])
    folds = dealt(rows, 4)
    of_text: dict[str, set[int]] = {}
    for row, fold in zip(rows, folds, strict=True):
        of_text.setdefault(row.text, set()).add(fold)
    assert all(len(found) == 1 for found in of_text.values())
    for label in ("欠薪", "学校"):
        counts = [sum(f == fold and r.label == label for r, f in zip(rows, folds, strict=True)) for fold in range(4)]
        assert max(counts) - min(counts) <= 1
