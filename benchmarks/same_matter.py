"""How fast a petition's duplicates are found among all that are open, and how rightly on real messages.

    python -m benchmarks.same_matter [--sizes 10000,100000,1000000] [--databases sqlite,postgresql] [--no-judging]

Finding is measured on generated petitions, which PostgreSQL multiplies beyond 10,000, against two plain scans: the
database compares the whole text of every open petition (which finds exact repeats only), and every text is fetched and
compared as the product compares. SQLite is measured up to 100,000. Judging reads `../shared/data/petitions/hot.csv`
when it is there; figures only, no text.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import datetime as dt
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import sql
from rich.console import Console
from rich.table import Table

import clock
from domain.actions import Actor, Role
from domain.grouping import Groups
from domain.likeness import letters_of, number, resemblance
from domain.policy import Policy
from domain.same_matter import Matter, SameMatterRules, Traits, compare, marks, traits_of
from domain.stages import OPEN_STAGES
from gateways.policy_files import load_policy
from models.shapes import Registration
from models.tables import Imprint, ImprintMark, Petition
from services import intake, same_matter
from services.context import Context
from services.imprints import matter_of, traits_kept
from tests.support import ledgers
from tests.support.context import a_context
from tests.support.postgres import PostgresCluster

ROOT = Path(__file__).parents[1]
HOT = ROOT / ".." / "shared" / "data" / "petitions" / "hot.csv"
SQLITE_UP_TO = 100_000
SCANNED_UP_TO = 100_000
"""Beyond it a scan that compares takes minutes for one petition, and grows in proportion."""
WRITTEN_UP_TO = 10_000
"""Beyond it PostgreSQL multiplies what there is."""
CHANNEL = Actor(Role.CHANNEL, name="benchmark")
ASKED = 60
console = Console()

_SURNAMES = "东西南北中上下前后新老大小长兴安平和永福光明文化建设人民"
_ENDS = ("路", "大道", "小区", "花园", "社区", "村", "街", "公寓", "广场")
_SAID = (
    "已经好几天了", "从上个月开始就这样", "打过电话一直没人来", "晚上尤其厉害", "老人和孩子很不方便", "下雨天更严重",
    "物业说不归他们管", "社区来看过一次", "影响大家正常生活", "存在很大的安全隐患", "附近居民意见很大", "希望尽快处理",
    "不知道该找哪个部门", "之前修过又坏了", "路过的人差点摔倒", "早上上班高峰最明显", "已经影响到做生意", "味道很难闻",
)  # fmt: skip


class Generator:
    """Petitions as people write them, from the policy's own words: a place, a matter, and what else comes to mind."""

    def __init__(self, policy: Policy, seed: int = 1) -> None:
        self._draw = random.Random(seed)
        self._rules = [rule for rule in policy.dispatch.keywords if rule.sub_category and rule.weight >= 2]
        self._names = policy.sub_category_name
        self._places = ["".join(self._draw.choices(_SURNAMES, k=2)) + self._draw.choice(_ENDS) for _ in range(3000)]

    def one(self) -> tuple[str, str, Matter]:
        """Text, place and matter; the busiest of the places have many."""
        rule = self._draw.choice(self._rules)
        place = self._places[int(len(self._places) * self._draw.random() ** 2)]
        said = "，".join(self._draw.sample(_SAID, self._draw.randint(1, 4)))
        spot = f"{place}{self._draw.randint(1, 99)}号"
        sub = rule.sub_category or ""
        return f"{spot}{rule.word}，{said}。", place, Matter(rule.category, sub, self._names(sub))


def fill(context: Context, policy: Policy, first: int, last: int, generator: Generator) -> float:
    """Put petitions and their imprints into the ledger, from number `first` up to `last`; seconds per petition."""
    rules = rules_of(policy)
    began = time.perf_counter()
    with context.sessions() as session:
        template = dict(session.execute(sa.select(Petition.__table__).limit(1)).mappings().one())
        taken = session.scalar(sa.select(sa.func.max(Imprint.id))) or 0
    engine: sa.Engine = context.sessions.kw["bind"]
    now = clock.now()
    for low in range(first, last, 20_000):
        petitions, imprints, marked = [], [], []
        for key in range(low, min(low + 20_000, last)):
            text, place, matter = generator.one()
            at = now - dt.timedelta(minutes=30 * 1440 * (last - key) / last)
            person = number("person", key % 50_000) if key % 3 == 0 else None
            traits = traits_of(rules, text, place=place, matter=matter, person=person, at=at)
            own = f"{key:036d}"
            mine = {"id": own, "case_number": f"BM-{key:09}", "query_code": f"B{key:011}", "channel_reference": None}
            petitions.append(template | mine | {"text": text, "place": place, "registered_at": at, "stage": "in_hand"})
            found = sorted(marks(traits, rules))
            imprints.append(
                {
                    "id": (number_of := taken + 1 + key - first),
                    "petition_id": own,
                    "registered_at": at,
                    "person": person,
                    "category": matter.category,
                    "sub_category": matter.sub_category,
                    "marks": found,
                }
            )
            marked += [{"mark": mark, "imprint_id": number_of} for mark in found]
        for table, rows in ((Petition, petitions), (Imprint, imprints), (ImprintMark, marked)):
            load(engine, table.metadata.tables[table.__tablename__], rows)
    if engine.dialect.name == "postgresql":
        run_sql(engine, "SELECT setval('imprint_id_seq', (SELECT max(id) FROM imprint))")
    run_sql(engine, "ANALYZE")
    return (time.perf_counter() - began) / (last - first)


def multiply(context: Context, last: int) -> float:
    """Copy the petitions there are, inside PostgreSQL, until there are `last`; seconds per petition.

    Of each copy's numbers three of ten are those of the petition it was copied from, so that what is said often is said
    by a hundred times as many; the others are drawn.
    """
    engine: sa.Engine = context.sessions.kw["bind"]
    began = time.perf_counter()
    with context.readers() as session:
        count = session.scalar(sa.select(sa.func.count()).select_from(Imprint)) or 0
        highest = session.scalar(sa.select(sa.func.max(Imprint.id))) or 0
    replaced = {"id": "lpad(n.key::text, 36, '0')", "case_number": "'BN-' || n.key", "query_code": "'C' || n.key"}
    replaced |= {"channel_reference": "NULL"}
    names = [column.name for column in Petition.__table__.columns]
    listed = ", ".join(names)
    chosen = ", ".join(replaced.get(name, f"p.{name}") for name in names)
    run_sql(engine, "CREATE TABLE seeds AS SELECT row_number() OVER () - 1 AS place, id, petition_id FROM imprint")
    copies = f"generate_series({highest + 1}, {highest + last - count})"
    steps = (
        f"CREATE TABLE copies AS SELECT g AS key, id, petition_id FROM {copies} g JOIN seeds ON place = g % {count}",  # noqa: S608 - numbers of our own
        "ALTER TABLE imprint_mark DROP CONSTRAINT pk_imprint_mark",
        f"INSERT INTO petition ({listed}) SELECT {chosen} FROM copies n JOIN petition p ON p.id = petition_id",  # noqa: S608 - names of our own
        (
            "INSERT INTO imprint SELECT n.key, lpad(n.key::text, 36, '0'), i.registered_at, i.person, i.category, "
            "i.sub_category, '[]' FROM copies n JOIN imprint i ON i.id = n.id"
        ),
        (
            "INSERT INTO imprint_mark SELECT CASE WHEN random() < 0.3 THEN m.mark ELSE (random() * 9e18)::bigint END, "
            "key FROM copies n JOIN imprint_mark m ON m.imprint_id = n.id"
        ),
        "ALTER TABLE imprint_mark ADD CONSTRAINT pk_imprint_mark PRIMARY KEY (mark, imprint_id)",
    )
    for step in steps:
        run_sql(engine, step)
    run_sql(engine, "DROP TABLE seeds, copies")
    run_sql(engine, "SELECT setval('imprint_id_seq', (SELECT max(id) FROM imprint))")
    run_sql(engine, "ANALYZE")
    return (time.perf_counter() - began) / (last - count)


def run_sql(engine: sa.Engine, statement: str) -> None:
    """One statement in a transaction of its own."""
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def rules_of(policy: Policy) -> SameMatterRules:
    """What the policy compares by, which the shipped one has."""
    if policy.same_matter is None:
        raise LookupError("a policy that compares nothing")
    return policy.same_matter


def load(engine: sa.Engine, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Many rows at once, in the fastest way there is."""
    if engine.dialect.name != "postgresql":
        with engine.begin() as connection:
            connection.execute(table.insert(), rows)
        return
    names = list(rows[0])
    as_json = {column.name for column in table.columns if isinstance(column.type, sa.JSON)}
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    with psycopg.connect(url) as link, link.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([json.dumps(row[name]) if name in as_json else row[name] for name in names])


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def measure(context: Context, policy: Policy, size: int, generator: Generator) -> list[str]:
    """A row of the table: finding, registering with and without it, and the scans."""
    asked = [generator.one() for _ in range(ASKED)]
    rules = rules_of(policy)

    def find(text: str, place: str) -> None:
        traits = traits_of(rules, text, place=place, matter=matter_of(policy, text), at=clock.now())
        with context.readers() as session:
            same_matter.find(session, policy, traits, "")

    found = [timed(lambda text=text, place=place: find(text, place)) for text, place, _ in asked][5:]  # type: ignore[misc]
    registered = [timed(lambda item=item: register(context, *item[:2])) for item in asked[:30]]  # type: ignore[misc]
    without = a_context(context.sessions.kw["bind"], policy=replace_rules(policy))
    plain = [timed(lambda item=item: register(without, *item[:2])) for item in asked[30:]]  # type: ignore[misc]
    a_context(context.sessions.kw["bind"], policy=policy)
    exact = statistics.median(timed(lambda text=text: scan_exact(context, text)) for text, _, _ in asked[:5])  # type: ignore[misc]
    compared = timed(lambda: scan_compared(context, policy, asked[0])) if size <= SCANNED_UP_TO else None
    middle = statistics.median(found)
    return [
        f"{size:,}",
        f"{middle:.1f}",
        f"{sorted(found)[int(len(found) * 0.95)]:.1f}",
        f"{exact:.0f} ({exact / middle:.0f}×)",
        f"{compared:,.0f} ({compared / middle:,.0f}×)" if compared else "-",
        f"{statistics.median(plain[5:]):.1f}",
        f"{statistics.median(registered[5:]):.1f}",
    ]


def replace_rules(policy: Policy) -> Policy:
    """The same policy without anything to compare by."""
    return dataclasses.replace(policy, version="without", same_matter=None)


def register(context: Context, text: str, place: str) -> None:
    """A petition as a channel hands it in."""
    intake.register(context, Registration(channel="benchmark", text=text, place=place), CHANNEL)


def scan_exact(context: Context, text: str) -> None:
    """The database looks at every open petition and compares the whole text."""
    with context.readers() as session:
        stages = sorted(stage.value for stage in OPEN_STAGES)
        session.scalars(sa.select(Petition.id).where(Petition.stage.in_(stages), Petition.text == text)).all()


def scan_compared(context: Context, policy: Policy, asked: tuple[str, str, Matter]) -> None:
    """Every open petition is fetched and compared as the product compares."""
    rules = rules_of(policy)
    traits = traits_of(rules, asked[0], place=asked[1], matter=asked[2], at=clock.now())
    with context.readers() as session:
        query = sa.select(Petition, Imprint).join(Imprint, Imprint.petition_id == Petition.id)
        for petition, imprint in session.execute(query.execution_options(yield_per=2000)):
            compare(traits, traits_kept(policy, rules, petition, imprint), rules)


@contextmanager
def ledger(kind: str) -> Iterator[Context]:
    """An empty ledger of this kind."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/ledger.db"
            ledgers.create_tables(url)
            engine = ledgers.engine_of(url)
            yield a_context(engine)
            engine.dispose()
        return
    with PostgresCluster() as cluster:
        url = cluster.create_database("benchmark")
        ledgers.create_tables(url)
        engine = ledgers.engine_of(url)
        yield a_context(engine)
        engine.dispose()


def speed(databases: Sequence[str], sizes: Sequence[int], policy: Policy) -> None:
    """Print a table for each database."""
    for kind in databases:
        names = ("petitions", "find, ms", "p95", "scan, exact text", "scan, compared", "register without", "with")
        table = Table(*names, title=f"{kind}: duplicates of one petition among all open ones, ms")
        with ledger(kind) as context:
            generator, filled = Generator(policy), 1
            register(context, *generator.one()[:2])
            for size in sizes:
                if kind == "sqlite" and size > SQLITE_UP_TO:
                    continue
                many = size > WRITTEN_UP_TO
                each = multiply(context, size) if many else fill(context, policy, max(filled, 10), size, generator)
                filled = size
                table.add_row(*measure(context, policy, size, generator))
                console.print(f"[dim]{kind}: {size:,} petitions, {1000 * each:.2f} ms each to load[/dim]")
        console.print(table)


def judge(policy: Policy) -> None:
    """Print how many of the real repeats are found, and what grouping the whole file costs."""
    if not HOT.is_file():
        console.print("没有 ../shared/data/petitions/hot.csv，不量准确率 no real messages here to judge by")
        return
    rules = rules_of(policy)
    with HOT.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    began = time.perf_counter()
    every = [as_traits(policy, row) for row in rows]
    groups = Groups(rules)
    placed = [groups.place(traits) for traits in every]
    took = time.perf_counter() - began
    bodies = defaultdict(list)
    for place, row in enumerate(rows):
        bodies[letters_of(row["留言详情"])].append(place)
    exact = {pair for same in bodies.values() for pair in itertools.combinations(same, 2)}
    near = {
        (a, b)
        for a, b in itertools.combinations(range(len(every)), 2)
        if alike_enough(every[a], every[b]) and (a, b) not in exact
    }
    table = Table("", "pairs", "in one group", "recall", title=f"hot.csv, {len(rows):,} messages, no place given")
    for name, pairs in (("the same text", exact), ("half of the text or more", near)):
        hit = sum(placed[a].group == placed[b].group for a, b in pairs)
        table.add_row(name, str(len(pairs)), str(hit), f"{hit / len(pairs):.3f}")
    console.print(table)
    joined = [item for item in placed if item.like is not None]
    sizes = sorted(
        (sum(item.group == group for item in placed) for group in {item.group for item in joined}), reverse=True
    )
    console.print(f"{len(joined)} joined {len(sizes)} groups; the largest: {sizes[:8]}")
    console.print(f"grouping took {took:.1f} s, {1000 * took / len(rows):.1f} ms a message")


def alike_enough(one: Traits, other: Traits) -> bool:
    """Whether they share half of their letter triples; sizes that cannot are not looked at."""
    small, large = sorted((len(one.grams), len(other.grams)))
    return bool(small) and small * 2 >= large and resemblance(one.grams, other.grams) >= 0.5


def as_traits(policy: Policy, row: dict[str, str]) -> Traits:
    """A message of the set; the time zone does not matter, as all have the same."""
    rules = rules_of(policy)
    text = f"{row['留言主题']}\n{row['留言详情']}"
    written = row["留言时间"].replace("/", "-").split(".")[0]
    at = dt.datetime.strptime(written, "%Y-%m-%d %H:%M:%S").replace(tzinfo=dt.UTC)
    return traits_of(rules, text, matter=matter_of(policy, text), person=number("person", row["留言用户"]), at=at)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--no-judging", action="store_true")
    given = parser.parse_args()
    policy = load_policy(ROOT / "policy")
    if not given.no_judging:
        judge(policy)
    speed(given.databases.split(","), [int(size) for size in given.sizes.split(",")], policy)


if __name__ == "__main__":
    main()
