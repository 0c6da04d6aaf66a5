"""The shape of `policy/same_matter.yaml`: when two petitions are the same matter, and when a matter is a hot topic."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from domain.same_matter import Shown
from models.policy_files import Shape, Sourced, WordsShape

Share = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]
Days = Annotated[int, Field(strict=True, ge=1, le=366)]
Metres = Annotated[int, Field(strict=True, ge=10, le=10_000)]
Few = Annotated[int, Field(strict=True, ge=1, le=50)]
Growth = Annotated[float, Field(strict=True, ge=1, le=100, allow_inf_nan=False)]


class ShareShape(Sourced):
    """A share from 0 to 1."""

    value: Share


class SameWeightsShape(Sourced):
    """What each thing in common is worth."""

    sub_category: Share
    category: Share
    place: Share
    person: Share


class TextsShape(Sourced):
    """How long a text must be to say something."""

    telling_grams: Few
    exact_letters: Few


class DistancesShape(Sourced):
    """Up to where a place is the same, and from where on it is another."""

    near_metres: Metres
    far_metres: Metres

    @model_validator(mode="after")
    def _near_is_nearer(self) -> Self:
        if self.far_metres < self.near_metres:
            raise ValueError("far_metres 不得小于 near_metres")
        return self


class WindowsShape(Sourced):
    """For how long apart two petitions can be the same matter, in days."""

    person_days: Days
    place_days: Days
    text_days: Days
    kept_days: Days


class ExactRepeatsShape(Sourced):
    """Whether they are merged without asking."""

    merge: Annotated[bool, Field(strict=True)]


class ToldShape(Sourced):
    """What petitioners are told of the matter of others."""

    told: tuple[Shown, ...]


class ProposalsShape(Sourced):
    """How many are proposed for one petition."""

    most: Few


class HotTopicsShape(Sourced):
    """When a matter is a hot topic."""

    recent_days: Days
    past_days: Days
    least: Annotated[int, Field(strict=True, ge=2, le=1000)]
    growth: Growth


class SameMatterFile(Shape):
    """`same_matter.yaml`."""

    threshold: ShareShape
    weights: SameWeightsShape
    texts: TextsShape
    distances: DistancesShape
    windows: WindowsShape
    exact_repeats: ExactRepeatsShape
    petitioner: ToldShape
    proposals: ProposalsShape
    hot_topics: HotTopicsShape
    courtesies: WordsShape
    place_suffixes: WordsShape
    not_places: WordsShape
