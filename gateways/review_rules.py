"""The checked `reviews.yaml` as rules, what in it names nothing, and its values told for people."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.reviews import Level, Member, ReviewRules
from gateways.policy_checks import Fault, PolicyFiles
from models.reviews_file import ReviewsFile

REVIEWS = "reviews.yaml"


def review_rules(file: ReviewsFile) -> ReviewRules:
    """The rules the file says."""
    seats = ((Level.FIRST, file.members.first), (Level.SECOND, file.members.second))
    return ReviewRules(
        members=tuple(Member(**seat.model_dump(), level=level) for level, shapes in seats for seat in shapes),
        quorum=file.quorum.value,
    )


def check_reviews(files: PolicyFiles) -> Iterator[Fault]:
    """Members of units that nobody knows."""
    if files.reviews is None or files.units is None:
        return
    known = {unit.code for unit in files.units.units}
    for level in ("first", "second"):
        for index, seat in enumerate(getattr(files.reviews.members, level)):
            if seat.unit not in known:
                yield Fault(REVIEWS, ("members", level, index, "unit"), f"没有代码为“{seat.unit}”的单位")


def review_figures(file: ReviewsFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    members = file.members
    said = f"一级{len(members.first)}人、二级{len(members.second)}人"
    yield Figure("reviews.members", said, members.source, members.origin)
    yield Figure("reviews.quorum", f"{file.quorum.value:.0%}", file.quorum.source, file.quorum.origin)
