"""How well dispatch learns from past petitions, beside the plain way of doing it, on real messages of another place.

    python -m benchmarks.learning [--start-only]

Reads `../shared/data/petitions` when it is there and says so when it is not; prints figures only, no text. Five folds
of `labelled.csv`; the rows of `segmented_extra.csv` are only ever learned from. The learned model sees nothing at all
of the fold it is measured on: how sure to be and from where on to dispatch alone it finds out from its own rows. The
plain baseline is what a first attempt would be: runs of one to three letters, TF-IDF, a linear support vector machine;
its threshold is chosen on the other folds.
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from benchmarks.dispatch import DATA, ROOT, SOME_TOWN, class_of
from domain.dispatch import DispatchRequest, KeywordDispatcher
from domain.learned import NO_FEATURES, Guess
from domain.policy import Policy
from gateways.policy_files import load_policy
from learning.evaluation import Answer, Report, answered
from learning.examples import LEAST_PER_LABEL, Example
from learning.model import Model
from learning.training import train

FOLDS = 5
SEED = 0
PRECISION = 0.98
HEAD = 40
START_ROWS = (50, 200, 500)
STARTS = 3
"""Times each start is drawn anew."""
ASKED = 400
"""Rows on which a start is measured."""
WORDS_COUNT = 0.5
"""What a point of the keyword engine counts beside the logarithm of a learned probability."""

console = Console(width=130)


@dataclass(frozen=True)
class Fold:
    """What a way of dispatching answered in one fold; `threshold` is its own, if it has one."""

    whole: list[Answer]
    heads: list[Answer]
    seconds: float
    """Of the processor, for learning."""
    threshold: float | None = None


Way = Callable[[Sequence[Example], Sequence[Example]], Fold]
"""Learns from the first rows and answers the second."""


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--start-only", action="store_true", help="只量起步阶段 only the start with few rows")
    chosen = arguments.parse_args()
    if not DATA.is_dir():
        print("没有测量用的数据(../shared/data/petitions)，什么也没有测量 no data to measure on, nothing was measured")
        return
    rows = [Example(f"{row['留言主题']}\n{row['留言详情']}".strip(), row["一级标签"]) for row in read("labelled.csv")]
    cut = [Example(row["分词文本(标题+详情,去停用词)"], row["一级标签"]) for row in read("segmented_extra.csv")]
    policy = load_policy(ROOT / "policy")
    if not chosen.start_only:
        _show_folds(rows, cut, policy)
    _show_start(rows, policy)


def read(name: str) -> Iterator[dict[str, str]]:
    """The rows of a file of the set."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _show_folds(rows: Sequence[Example], cut: Sequence[Example], policy: Policy) -> None:
    signed = [Example(row.text, row.label, signs_of(policy, row.text)) for row in rows]
    cut_signed = [Example(row.text, row.label, signs_of(policy, row.text.replace(" ", ""))) for row in cut]
    ways: dict[str, tuple[Sequence[Example], Way]] = {
        "字符 SVM plain": (rows, _plain),
        "字符 SVM + extra": (rows, lambda own, asked: _plain([*own, *cut], asked)),
        "学习 learned": (rows, _learned),
        "学习 + extra": (rows, lambda own, asked: _learned(own, asked, cut)),
        "学习 + extra + 词库 words": (signed, lambda own, asked: _learned(own, asked, cut_signed, policy)),
    }
    table = Table(
        "", "准确率", "macro-F1", "前40字", f"≥{PRECISION:.0%} 时自动派遣", "其中正确", "置信误差 ECE", "学习 CPU 秒",
        title=f"{FOLDS} 折 folds，{len(rows)} 行 rows，另 {len(cut)} 行只供学习 extra",
    )  # fmt: skip
    split = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    folds = list(split.split(rows, [row.label for row in rows]))
    for name, (given, way) in ways.items():
        answered_folds = [
            way([given[place] for place in own], [given[place] for place in asked])
            for own, asked in track(folds, name, transient=True)
        ]
        table.add_row(name, *_figures(answered_folds))
    console.print(table)
    console.print(f"一件 one message, one thread: {_milliseconds(train(rows[:1000]), rows[1000:]):.2f} 毫秒 ms")


def _figures(folds: Sequence[Fold]) -> list[str]:
    whole = Report([answer for fold in folds for answer in fold.whole])
    heads = Report([answer for fold in folds for answer in fold.heads])
    alone: list[Answer] = []
    for fold in folds:
        others = [answer for other in folds if other is not fold for answer in other.whole]
        threshold = fold.threshold if fold.threshold is not None else _threshold(others)
        alone += [answer for answer in fold.whole if answer.edge >= threshold]
    return [
        f"{whole.accuracy:.4f}",
        f"{whole.macro_f1:.4f}",
        f"{heads.accuracy:.4f}",
        f"{len(alone) / len(whole.answers):.1%}",
        f"{Report(alone).accuracy:.2%}",
        f"{whole.calibration_error:.3f}" if folds[0].threshold is not None else "–",
        f"{statistics.mean(fold.seconds for fold in folds):.0f}",
    ]


def _threshold(answers: Sequence[Answer]) -> float:
    """The least edge from which on the share of right answers is reached."""
    surest = sorted(answers, key=lambda answer: -answer.edge)
    right = np.cumsum([answer.right for answer in surest])
    reached = np.flatnonzero(right >= PRECISION * np.arange(1, len(right) + 1))
    return surest[reached[-1]].edge if len(reached) else float("inf")


def _plain(own: Sequence[Example], asked: Sequence[Example]) -> Fold:
    began = time.process_time()
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    machine = LinearSVC(C=0.5, dual=True, random_state=SEED)
    machine.fit(vectorizer.fit_transform(row.text.replace(" ", "") for row in own), [row.label for row in own])
    seconds = time.process_time() - began

    def answers(texts: Iterable[str]) -> list[Answer]:
        scores = machine.decision_function(vectorizer.transform(texts))
        ordered = np.sort(scores, axis=1)
        found = zip(asked, machine.classes_[scores.argmax(axis=1)], ordered[:, -1] - ordered[:, -2], strict=True)
        return [Answer(row.label, guess, 0.0, float(lead)) for row, guess, lead in found]

    return Fold(answers(row.text for row in asked), answers(row.text[:HEAD] for row in asked), seconds)


def _learned(
    own: Sequence[Example], asked: Sequence[Example], extra: Sequence[Example] = (), policy: Policy | None = None
) -> Fold:
    began = time.process_time()
    model = train(own, extra=extra)
    seconds = time.process_time() - began

    def answers(texts: Iterable[str]) -> list[Answer]:
        return [
            answered(row.label, model.predict(text, signs_of(policy, text) if policy else NO_FEATURES))
            for row, text in zip(asked, texts, strict=True)
        ]

    whole, heads = answers(row.text for row in asked), answers(row.text[:HEAD] for row in asked)
    return Fold(whole, heads, seconds, model.record.threshold_for(PRECISION) or float("inf"))


def _milliseconds(model: Model, rows: Sequence[Example]) -> float:
    model.predict(rows[0].text)
    began = time.process_time()
    for row in rows:
        model.predict(row.text)
    return 1000 * (time.process_time() - began) / len(rows)


def _show_start(rows: Sequence[Example], policy: Policy) -> None:
    """A district begins without a history: how soon is learning worth more than the words, and both together?"""
    keywords = {row.text: _keyword_scores(policy, row.text) for row in rows}
    table = Table(
        "有标签的行 rows", "词库 words", "学习 learned", "学习，词库作特征 words as signs", "两者相加 both added",
        title=f"起步 the start: 准确率，{STARTS} 次抽取的平均，每次另取 {ASKED} 行来量",
    )  # fmt: skip
    for size in START_ROWS:
        found = [_start(rows, policy, keywords, size, draw) for draw in track(range(STARTS), str(size), transient=True)]
        table.add_row(str(size), *(f"{statistics.mean(column):.3f}" for column in zip(*found, strict=True)))
    console.print(table)


def _start(
    rows: Sequence[Example], policy: Policy, keywords: Mapping[str, Mapping[str, float]], size: int, draw: int
) -> tuple[float, ...]:
    drawn = random.Random(draw).sample(list(rows), size + ASKED)
    asked = drawn[size:]
    common = Counter(row.label for row in drawn[:size])
    own = [row for row in drawn[:size] if common[row.label] >= LEAST_PER_LABEL]
    model = train(own)
    signed = train([Example(row.text, row.label, signs_of(policy, row.text)) for row in own])
    right = [0, 0, 0, 0]
    for row in asked:
        words = keywords[row.text]
        learned = {guess.label: guess.probability for guess in model.predict(row.text)}
        with_signs = _first(signed.predict(row.text, signs_of(policy, row.text)))
        both = {
            label: np.log(learned.get(label, 0) + 0.01) + WORDS_COUNT * words.get(label, 0)
            for label in {*learned, *words}
        }
        guesses = (_best(words), _best(learned), with_signs, _best(both))
        right = [known + (guess == row.label) for known, guess in zip(right, guesses, strict=True)]
    return tuple(share / len(asked) for share in right)


def signs_of(policy: Policy, text: str) -> dict[str, float]:
    """What the policy's words say of a text, as features: the weight for each category and sub-category."""
    signs: dict[str, float] = {}
    for spoken in policy.dispatch.spoken_in(text):
        for name in {spoken.rule.category, spoken.rule.sub_category or spoken.rule.category}:
            signs[name] = signs.get(name, 0.0) + spoken.rule.weight * spoken.factor
    return signs


def _first(guesses: Sequence[Guess]) -> str | None:
    return guesses[0].label if guesses else None


def _best(scores: Mapping[str, float]) -> str | None:
    return max(scores, key=lambda label: (scores[label], label), default=None)


def _keyword_scores(policy: Policy, text: str) -> dict[str, float]:
    """The best score of the keyword engine for each class."""
    scores: dict[str, float] = {}
    for found in KeywordDispatcher(policy).rank(DispatchRequest(text, town=SOME_TOWN)).candidates:
        name = class_of(found.category, found.sub_category)
        if name is not None:
            scores[name] = max(scores.get(name, 0.0), found.score)
    return scores


if __name__ == "__main__":
    main()
