"""Learning from rows: `train(examples)` gives a `Model`. The same rows give the same model, in whatever order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from learning.calibration import Calibration, calibrate
from learning.encoding import RUNS, SIGNS, WORDS, Counter, Floats, rarity, weighed
from learning.examples import Example, check, dealt, in_order
from learning.fitting import Weights, fit
from learning.model import Model, NameView, Record, RunView
from learning.views import head

HEAD = 40
"""Letters of the beginnings that are learned beside the whole texts: many people write no more."""
HEAD_WEIGHT = 0.4
STUBS = (12, 4)
"""Letters of the still shorter beginnings, on which it is only seen how sure to be."""
FOLDS = 4
"""Parts in which the rows are judged by a machine that has not seen them."""
MANY_LABELS = 40
"""With more labels than this, words alone are learned: runs cost ten times as much and add little."""
MOST_WEIGHTS = 20_000_000
"""Terms times labels of one view; 80 MB."""

Progress = Callable[[int, int], None]
"""Told how many steps of how many are done."""


@dataclass(frozen=True)
class _Rows:
    """Counted texts: whole ones, their beginnings, and the shorter ones of the first rows, which are judged."""

    whole: list[sparse.csr_array]
    heads: list[sparse.csr_array]
    stubs: list[list[sparse.csr_array]]
    truth: NDArray[np.intp]


def train(
    examples: Iterable[Example], *, extra: Iterable[Example] = (), progress: Progress = lambda _done, _all: None
) -> Model:
    """Learn from the examples how labels follow from texts.

    `extra` are of another kind (older, or only as cut words): learned from, too, but how sure to be is judged by the
    examples alone. Raises CannotLearn when the rows do not suffice.
    """
    own = in_order(examples)
    labels = check(own)
    further = [example for example in in_order(extra) if example.label in labels]
    everything = [*own, *further]
    counter = Counter(everything, with_runs=len(labels) <= MANY_LABELS, most_terms=MOST_WEIGHTS // len(labels))
    rows = _counted(counter, everything, len(own), labels)
    names = counter.views
    steps, done = (FOLDS + 1) * len(labels), 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, steps)

    judged = _judge(names, rows, dealt(own, FOLDS), len(labels), step)
    rarities = [rarity(counts) for counts in rows.whole]
    weights = _fit(names, rows, np.arange(len(everything)), rarities, len(labels), step)
    return _model(counter, rarities, weights, labels, judged, len(everything))


def _counted(counter: Counter, examples: Sequence[Example], judged: int, labels: Sequence[str]) -> _Rows:
    texts = [example.text for example in examples]
    column = {label: place for place, label in enumerate(labels)}
    return _Rows(
        whole=counter.first,
        heads=counter.count([head(text, HEAD) for text in texts]),
        stubs=[counter.count([head(text, letters) for text in texts[:judged]]) for letters in STUBS],
        truth=np.array([column[example.label] for example in examples], dtype=np.intp),
    )


def _fit(
    names: Sequence[str],
    rows: _Rows,
    chosen: NDArray[np.intp],
    rarities: Sequence[Floats],
    labels: int,
    done: Callable[[], None],
) -> Weights:
    """Weights from the whole texts of the chosen rows and their beginnings."""
    parts = [weighed(names, [counts[chosen] for counts in form], rarities) for form in (rows.whole, rows.heads)]
    matrix = sparse.csr_array(sparse.vstack(parts, format="csr"))
    weights = np.repeat([1.0, HEAD_WEIGHT], len(chosen))
    return fit(matrix, np.tile(rows.truth[chosen], 2), weights, labels, done)


def _judge(
    names: Sequence[str], rows: _Rows, folds: Sequence[int], labels: int, done: Callable[[], None]
) -> tuple[Calibration, Record]:
    """How sure to be: each example is judged by weights that were learned from the other folds.

    Further rows lie in no fold and are always learned from. What counts as rare is counted anew each time, too.
    """
    fold_of = np.array([*folds, *[-1] * (len(rows.truth) - len(folds))])
    forms = (rows.whole, rows.heads, *rows.stubs)
    scores = [np.zeros((len(folds), labels)) for _ in forms]
    known = [np.zeros(len(folds)) for _ in forms]
    for fold in range(FOLDS):
        learned, asked = np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
        rarities = [rarity(counts[learned]) for counts in rows.whole]
        weights = _fit(names, rows, learned, rarities, labels, done)
        for form, found, seen in zip(forms, scores, known, strict=True):
            counted = [counts[asked] for counts in form]
            found[asked] = weights.scores(weighed(names, counted, rarities))
            seen[asked] = (counted[0][:, np.flatnonzero(rarities[0])] != 0).sum(axis=1)
    truth = rows.truth[: len(folds)]
    calibration = calibrate(scores, known, truth)
    return calibration, Record.of(calibration.probabilities(scores[0], known[0]), truth)


def _model(
    counter: Counter,
    rarities: Sequence[Floats],
    weights: Weights,
    labels: tuple[str, ...],
    judged: tuple[Calibration, Record],
    rows: int,
) -> Model:
    """The parts put together, without the terms that say nothing."""
    telling = [np.flatnonzero(rare) for rare in rarities]
    begins = np.cumsum([0, *(len(rare) for rare in rarities)])
    kept = np.concatenate([begin + places for begin, places in zip(begins[:-1], telling, strict=True)])
    found = {view: (places, rare[places]) for view, places, rare in zip(counter.views, telling, rarities, strict=True)}
    nothing = (np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.float32))
    runs, rare_runs = found.get(RUNS, nothing)
    calibration, record = judged
    return Model(
        labels,
        words=_names(counter.words, *found[WORDS]),
        runs=RunView(counter.runs[runs], rare_runs),
        signs=_names(counter.signs, *found.get(SIGNS, nothing)),
        weights=Weights(np.ascontiguousarray(weights.terms[kept]), weights.starts),
        calibration=calibration,
        record=record,
        rows=rows,
    )


def _names(terms: Sequence[str], places: NDArray[np.intp], rare: Floats) -> NameView:
    return NameView(tuple(terms[place] for place in places), rare)
