"""The checked `same_matter.yaml` as the rules that the domain compares by, and as figures for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.same_matter import HotTopicRules, SameMatterRules, Shown
from models.policy_files import Sourced
from models.same_matter_file import SameMatterFile

_SHOWN = {Shown.CASE_NUMBER: "编号", Shown.STAGE: "阶段", Shown.UNIT: "承办单位", Shown.DUE: "到期时间"}


def same_matter_rules(file: SameMatterFile) -> SameMatterRules:
    """The rules as `domain.same_matter` takes them."""
    weights, texts, windows, hot = file.weights, file.texts, file.windows, file.hot_topics
    return SameMatterRules(
        threshold=file.threshold.value,
        sub_category_weight=weights.sub_category,
        category_weight=weights.category,
        person_weight=weights.person,
        place_weight=weights.place,
        telling_grams=texts.telling_grams,
        exact_letters=texts.exact_letters,
        near_metres=file.distances.near_metres,
        far_metres=file.distances.far_metres,
        person_days=windows.person_days,
        place_days=windows.place_days,
        text_days=windows.text_days,
        merge_exact_repeats=file.exact_repeats.merge,
        tell_petitioner=file.petitioner.told,
        most_proposals=file.proposals.most,
        kept_days=windows.kept_days,
        courtesies=file.courtesies.words,
        place_suffixes=file.place_suffixes.words,
        not_places=file.not_places.words,
        hot=HotTopicRules(
            recent_days=hot.recent_days, past_days=hot.past_days, least=hot.least, growth=float(hot.growth)
        ),
    )


def same_matter_figures(file: SameMatterFile) -> Iterator[Figure]:
    """What the file decides, in short."""
    weights, texts, metres, windows, hot = file.weights, file.texts, file.distances, file.windows, file.hot_topics
    told = [_SHOWN[item] for item in file.petitioner.told]
    yield _figure("threshold", f"{file.threshold.value:g}", file.threshold)
    said = f"小类{weights.sub_category:g}、大类{weights.category:g}；地点{weights.place:g}、诉求人{weights.person:g}"
    yield _figure("weights", said, weights)
    yield _figure("texts", f"{texts.telling_grams}组三字、{texts.exact_letters}字", texts)
    yield _figure("distances", f"{metres.near_metres}米内同一处，{metres.far_metres}米外两处", metres)
    said = f"诉求人{windows.person_days}天、地点{windows.place_days}天、文字{windows.text_days}天"
    said += f"，留存{windows.kept_days}天"
    yield _figure("windows", said, windows)
    yield _figure("exact_repeats", "自动并单" if file.exact_repeats.merge else "不自动并单", file.exact_repeats)
    yield _figure("petitioner", "、".join(told) or "不告知", file.petitioner)
    yield _figure("proposals", f"{file.proposals.most}件", file.proposals)
    said = f"{hot.recent_days}天{hot.least}件以上，为前{hot.past_days}天的{hot.growth:g}倍以上"
    yield _figure("hot_topics", said, hot)
    for name in ("courtesies", "place_suffixes", "not_places"):
        yield _figure(name, f"{len(getattr(file, name).words)}个词", getattr(file, name))


def _figure(name: str, value: str, shape: Sourced) -> Figure:
    return Figure(f"same_matter.{name}", value, shape.source, shape.origin)
