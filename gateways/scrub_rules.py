"""The checked `scrub.yaml` as rules, as values told for people, and tried on its own examples."""

from __future__ import annotations

from collections.abc import Iterator

from domain.conduct import Figure
from domain.scrub import ScrubRules, Shaped, scrub
from gateways.policy_checks import Fault, PolicyFiles, repeated
from models.scrub_file import ScrubFile

_NAME = "scrub.yaml"


def scrub_rules(file: ScrubFile) -> ScrubRules:
    """The rules the file says."""
    numbers, places, names = file.numbers, file.places, file.names
    return ScrubRules(
        shapes=tuple(Shaped(item.kind, item.pattern) for item in file.patterns.rules),
        least_digits=numbers.least_digits,
        identity_digits=numbers.identity_digits,
        phone_most_digits=numbers.phone_most_digits,
        kept_numbers=numbers.kept,
        door_parts=places.parts,
        roads=places.roads,
        not_before=places.not_before,
        surnames=names.surnames,
        titles=names.titles,
        introductions=names.introductions,
        labels=names.labels,
        sources={name: getattr(file, name).source for name in ("patterns", "numbers", "places", "names")},
    )


def scrub_figures(file: ScrubFile) -> Iterator[Figure]:
    """Every value with its source, told in short."""
    for name, said in (
        ("patterns", f"{len(file.patterns.rules)}种写法"),
        ("numbers", f"{file.numbers.least_digits}位起，{len(file.numbers.kept)}种除外"),
        ("places", "去掉" + "、".join(file.places.parts) + "和路名之后的号"),
        ("names", f"{len(file.names.surnames)}个姓，{len(file.names.titles)}种称呼"),
        ("examples", f"去掉的{len(file.examples.taken)}例，留下的{len(file.examples.left)}例"),
    ):
        shape = getattr(file, name)
        yield Figure(f"scrub.{name}", said, shape.source, shape.origin)


def check_scrub(files: PolicyFiles) -> Iterator[Fault]:
    """What is said twice, and each example that the rules do not do as it says."""
    file = files.scrub
    if file is None:
        return
    for part, keys in (("places", ("parts", "roads", "not_before")), ("names", ("titles", "introductions", "labels"))):
        for key in keys:
            yield from repeated(_NAME, (part, key), None, getattr(getattr(file, part), key))
    yield from repeated(_NAME, ("names", "surnames"), None, file.names.surnames)
    if file.numbers.least_digits > min(file.numbers.identity_digits):
        yield Fault(_NAME, ("numbers", "least_digits"), "大于 identity_digits，认不出身份证号")
    rules = scrub_rules(file)
    for index, example in enumerate(file.examples.taken):
        told = scrub(example.said, rules).text
        if told != example.told:
            yield Fault(_NAME, ("examples", "taken", index, "told"), f"“{example.said}”脱敏后是“{told}”，与例不符")
    for index, said in enumerate(file.examples.left):
        told = scrub(said, rules).text
        if told != said:
            yield Fault(_NAME, ("examples", "left", index), f"“{said}”应当留下，脱敏后却是“{told}”")
