"""In which town a petition's matter lies, and why: by its coordinate, by what is known, by the words."""

from __future__ import annotations

from dataclasses import dataclass

from domain.place import Located
from domain.policy import Policy


@dataclass(frozen=True)
class Where:
    """The town if that is clear, and the Chinese sentence that says why it is or is not.

    `elsewhere`: nothing of it lies in the district. `rural`: it lies in a village and not in a community.
    """

    town: str | None
    told: str
    elsewhere: bool = False
    rural: bool = False


def where(place: str, text: str, known: str | None, located: Located | None, policy: Policy) -> Where:
    """Where it lies: by the coordinate, else the town that is `known`, else what `place` and then `text` speak of."""
    name_of, gazetteer = policy.unit_name, policy.dispatch.gazetteer
    reading = gazetteer.read(place)
    if reading.town is None:
        reading = gazetteer.read(f"{place}\n{text}")
    said, rural = "；".join(reading.reasons(name_of)), reading.is_in_a_village
    if located is not None and located.outside:
        return Where(None, located.told(name_of), elsewhere=True)
    if located is not None and located.town in policy.units_by_code:
        if reading.town in (None, located.town):
            return Where(located.town, located.told(name_of), rural=rural)
        # A coordinate may be where somebody stood when writing. Where the words are of another town, a person asks.
        return Where(None, f"坐标在{name_of(located.town)}，文字中{said}")
    if known in policy.units_by_code:  # a former policy may have known a town that is gone
        return Where(known, f"地点属于{name_of(known)}", rural=rural)
    return Where(reading.town, said, elsewhere=reading.speaks_of_elsewhere, rural=rural)
