"""How well the keyword library finds the matter and the kind of unit, on real messages of other places.

    python -m benchmarks.dispatch [--former POLICY.json]

Reads `../shared/data/petitions` when it is there and says so when it is not; prints figures only, no text. The messages
are of another province, so they are mapped by kind: units by the words in their names (`KINDS`), our categories and
some sub-categories to the seven first-level classes of the set (`CLASSES`, `CLASSES_OF_MATTERS`). Town governments all
count as one kind, because their towns are not ours. Nothing is trained. The labelled rows are in two halves by a hash
of the text: errors were only ever read in the one that is looked at, the other one says what that was worth.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from domain.conduct import Urgency
from domain.dispatch import Dispatch, DispatchRequest, KeywordDispatcher, find_urgency, needs_person
from domain.policy import Policy
from gateways.policy_files import load_policy, policy_from_dict

ROOT = Path(__file__).parents[1]
DATA = ROOT / ".." / "shared" / "data" / "petitions"
SOME_TOWN = "kuangqu-street"
"""Stands for the town a message is about, so that towns' own duties can be found at all."""
TOWNS = "towns"

KINDS = (
    ("街道", TOWNS), ("镇人民政府", TOWNS), ("镇政府", TOWNS), ("乡人民政府", TOWNS),
    ("交警", "public-security"), ("交通警察", "public-security"), ("公安", "public-security"),
    ("人境", "public-security"),
    ("教育", "education"), ("文教", "education"), ("城乡规划", "natural-resources"), ("国土", "natural-resources"),
    ("征地", "natural-resources"), ("行政执法", "urban-management"), ("城管", "urban-management"),
    ("城市管理", "urban-management"), ("住房保障", "housing"), ("住房和城乡", "housing"), ("住建", "housing"),
    ("房产", "housing"), ("重点工程", "housing"), ("工务", "housing"), ("交通", "transport"), ("环境保护", "ecology"),
    ("电力", "power-supply"), ("供电", "power-supply"), ("医疗保险", "medical-security"),
    ("人力资源", "human-resources"), ("人社", "human-resources"), ("民政局", "civil-affairs"), ("商务", "commerce"),
    ("文化", "culture-tourism"), ("水库移民", "water"),
)  # fmt: skip
"""Words in the name of the unit that signed, in the order in which they are looked for, and our unit of that kind.

Offices that only pass on (party committees, county governments, hotlines) and units of kinds we have not (archives,
a lake's administration, a network office) are left out and counted.
"""

_URBAN = ("municipal", "sanitation", "landscaping", "property", "planning", "water", "energy", "safety")
CLASSES = dict.fromkeys(_URBAN, "城乡建设") | {
    "transport": "交通运输",
    "traffic": "交通运输",
    "environment": "环境保护",
    "labour": "劳动和社会保障",
    "education": "教育文体",
    "health": "卫生计生",
    "market": "商贸旅游",
}
CLASSES_OF_MATTERS: dict[str | None, tuple[str, ...]] = {
    "商贸旅游": (
        "tourism", "lift-fault", "lift-trapped", "boiler-crane", "amusement-device", "pyramid-selling",
    ),
    "劳动和社会保障": (
        "resident-medical", "employee-medical", "medical-reimburse", "medical-assistance", "chronic-disease",
    ),
    "卫生计生": (
        "food-safety", "food-poisoning", "restaurant-licence", "food-workshop", "drug-store", "cosmetics-device",
        "health-product",
    ),
    "城乡建设": (
        "tendering", "sme-payment", "bus-route", "bus-interval", "bus-conduct", "bus-card", "bus-stop", "rail-crossing",
        "dilapidated-rebuild", "rural-revitalise", "law-enforcement", "migrant-workers-home",
    ),
    "环境保护": (
        "black-river", "livestock-zone", "cooking-fumes", "square-dance", "neighbour-noise", "entertainment-noise",
        "dog-noise",
    ),
    None: (
        "land-requisition", "land-certificate", "land-transfer", "farmland-occupied", "illegal-land", "illegal-mining",
        "mine-subsidence", "mine-restoration", "geology-hazard", "forest-land", "tree-felling", "forest-fire",
        "wild-animals", "reservoir", "reservoir-migrants", "irrigation", "flood-control", "river-silt",
        "river-occupied", "sand-mining", "disaster-relief", "earthquake", "heavy-weather",
    ),
}  # fmt: skip
"""What the published three-level scheme of the set files elsewhere than our categories do: public transport within the
city under its municipal services, noise and fumes under pollution, land, mines, forests and water works nowhere among
the seven (`None`)."""
_OTHERWISE = {matter: name for name, matters in CLASSES_OF_MATTERS.items() for matter in matters}


@dataclasses.dataclass(frozen=True)
class Case:
    """A message, and what it really was: a kind of unit, or a class."""

    text: str
    truth: str


@dataclasses.dataclass
class Result:
    """Shares of the cases."""

    at_1: float
    at_3: float
    to_the_desk: float
    right_alone: float
    milliseconds: float


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument(
        "--former", type=Path, help="规则的 JSON(policy dump)，与之比较 a former policy to compare with"
    )
    former: Path | None = arguments.parse_args().former
    if not DATA.is_dir():
        print("没有测量用的数据(../shared/data/petitions)，什么也没有测量 no data to measure on, nothing was measured")
        return
    policies = {"现行 taxonomy": load_policy(ROOT / "policy")}
    if former is not None:
        policies = {"以前 former": policy_from_dict(json.loads(former.read_text(encoding="utf-8"))), **policies}
    signed, unmapped = _signed()
    labelled = _labelled()
    print(f"signed_units.csv: {len(signed)} 件可对应, {unmapped} 件不可对应 left out; labelled.csv: {len(labelled)} 件")
    print(f"其中镇街承办 handled by towns: {sum(case.truth == TOWNS for case in signed)}")
    _show("承办单位的种类 kind of unit", policies, signed, _units)
    departments = [case for case in signed if case.truth != TOWNS]
    _show("其中部门承办的 those of departments", policies, departments, _units)
    _show("七个一级类 seven classes", policies, labelled, _classes)
    looked = [case for case in labelled if _is_looked_at(case)]
    kept = [case for case in labelled if not _is_looked_at(case)]
    _show("其中看过错误的一半 the half whose errors were read", policies, looked, _classes)
    _show("其中没有看过的一半 the half that nobody read", policies, kept, _classes)
    for name, cases in {"全部 all": labelled, "没有看过的一半 the unread half": kept}.items():
        short = [Case(case.text[:40], case.truth) for case in cases]
        _show(f"七个一级类，只看前40字 first 40 letters，{name}", policies, short, _classes)
    _show_what_goes_first(policies)


def _is_looked_at(case: Case) -> bool:
    return int(hashlib.sha256(case.text.encode()).hexdigest(), 16) % 2 == 0


def _show_what_goes_first(policies: dict[str, Policy]) -> None:
    """How many messages are urgent, held for a person, or cannot be read; few of these letters tell of a danger."""
    texts = [
        f"{row['留言主题']}\n{row['留言详情']}"
        for name in ("labelled.csv", "hot.csv", "replies.csv")
        for row in _rows(name)
    ]
    table = Table("词表", "突发", "紧急", "须人工把关", "读不了", title=f"先于派遣要看的 ({len(texts)})")
    for name, policy in policies.items():
        urgencies = Counter(find_urgency(text, policy.dispatch) for text in texts)
        held = sum(needs_person(text, policy.dispatch) is not None for text in texts)
        flawed = sum(policy.dispatch.reading.flaw(text) is not None for text in texts)
        shares = (urgencies[Urgency.EMERGENCY], urgencies[Urgency.URGENT], held, flawed)
        table.add_row(name, *(f"{share / len(texts):.2%}" for share in shares))
    Console(width=110).print(table)


def _show(
    title: str, policies: dict[str, Policy], cases: Sequence[Case], names: Callable[[Policy, Dispatch], list[str]]
) -> None:
    table = Table("词表", "accuracy@1", "@3", "转专席", "自动派遣中正确", "毫秒/件", title=f"{title} ({len(cases)})")
    for name, policy in policies.items():
        found = _measure(policy, cases, names)
        table.add_row(
            name,
            f"{found.at_1:.3f}",
            f"{found.at_3:.3f}",
            f"{found.to_the_desk:.1%}",
            f"{found.right_alone:.1%}",
            f"{found.milliseconds:.2f}",
        )
    Console(width=110).print(table)


def _measure(policy: Policy, cases: Sequence[Case], names: Callable[[Policy, Dispatch], list[str]]) -> Result:
    dispatcher = KeywordDispatcher(policy)
    dispatcher.rank(DispatchRequest(""))  # makes the words ready
    began = time.perf_counter()
    answers = [dispatcher.rank(DispatchRequest(case.text, town=SOME_TOWN)) for case in cases]
    spent = time.perf_counter() - began
    guesses = [names(policy, answer) for answer in answers]
    first = [case.truth in guess[:1] for case, guess in zip(cases, guesses, strict=True)]
    third = [case.truth in guess[:3] for case, guess in zip(cases, guesses, strict=True)]
    alone = [right for right, answer in zip(first, answers, strict=True) if answer.unit is not None]
    return Result(
        at_1=sum(first) / len(cases),
        at_3=sum(third) / len(cases),
        to_the_desk=1 - len(alone) / len(cases),
        right_alone=sum(alone) / len(alone) if alone else 0.0,
        milliseconds=1000 * spent / len(cases),
    )


def _units(_policy: Policy, answer: Dispatch) -> list[str]:
    return [TOWNS if candidate.unit == SOME_TOWN else candidate.unit for candidate in answer.candidates]


def _classes(_policy: Policy, answer: Dispatch) -> list[str]:
    """The classes of the candidates, best first; a matter outside the seven says nothing of them."""
    found = (class_of(item.category, item.sub_category) for item in answer.candidates)
    return list(dict.fromkeys(name for name in found if name is not None))


def class_of(category: str | None, sub_category: str | None) -> str | None:
    """The first-level class of the set to which our category, or our sub-category, corresponds."""
    return _OTHERWISE[sub_category] if sub_category in _OTHERWISE else CLASSES.get(category or "")


def _signed() -> tuple[list[Case], int]:
    cases, unmapped = [], Counter[str]()
    for row in _rows("signed_units.csv"):
        unit = next(value for key, value in row.items() if "落款单位" in key)
        kind = next((code for word, code in KINDS if word in unit), None)
        if kind is None:
            unmapped[unit] += 1
        else:
            cases.append(Case(f"{row['留言主题']}\n{row['留言详情']}", kind))
    return cases, unmapped.total()


def _labelled() -> list[Case]:
    return [Case(f"{row['留言主题']}\n{row['留言详情']}".strip(), row["一级标签"]) for row in _rows("labelled.csv")]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
