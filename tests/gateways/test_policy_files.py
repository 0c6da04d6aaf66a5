"""Broken policy files are refused whole, with every file, line and reason; what loads comes back the same."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gateways.policy_files import PolicyError, Problem, dump, load_policy, policy_from_dict

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "policy"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policy"))


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(PolicyError) as refused:
        load_policy(folder)
    return refused.value.problems


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first `old`, and say in which line it stood."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


# ---- what loads ----


def test_a_policy_comes_back_the_same() -> None:
    policy = load_policy(SHIPPED)
    content = dump(policy)
    again = policy_from_dict(json.loads(json.dumps(content)))
    assert again == policy
    assert dump(again) == content
    assert again.office_of(policy.units_by_code["desk"].kind) == "desk"


def test_what_is_no_policy_does_not_come_back() -> None:
    content = dump(load_policy(SHIPPED))
    del content["ladder"]
    with pytest.raises(ValueError, match="ladder"):
        policy_from_dict(content)


def test_a_kept_policy_comes_back_without_its_notices_on_steps_that_are_no_more() -> None:
    policy = load_policy(SHIPPED)
    content = dump(policy)
    former = dict(content["notices"]["rules"][0]) | {"id": "recorded", "trigger": "record_supervision"}
    content["notices"]["rules"].append(former)
    assert policy_from_dict(content) == policy
    content["notices"]["rules"].append(former | {"trigger": "never_was"})
    with pytest.raises(ValueError, match="never_was"):
        policy_from_dict(content)


def test_the_version_names_the_content(folder: Path) -> None:
    before = load_policy(folder).version
    assert before.startswith("2026.1+")
    edit(folder, "deadlines.yaml", "rules:", "# 只是注释\nrules:")
    assert load_policy(folder).version == before
    edit(folder, "deadlines.yaml", "amount: 5", "amount: 6")
    changed = load_policy(folder).version
    assert changed != before
    edit(folder, "district.yaml", '"2026.1"', '"2026.2"')
    assert load_policy(folder).version.startswith("2026.2+")


def test_the_version_is_the_same_in_another_process() -> None:
    code = "import pathlib, gateways.policy_files as p; print(p.load_policy(pathlib.Path('policy')).version)"
    versions = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert versions == {load_policy(SHIPPED).version}


# ---- what is refused: the file, what is replaced, by what, lines below it, words of the reason ----

WATER, ENERGY, MUNICIPAL = (f"taxonomy/{name}.yaml" for name in ("water", "energy", "municipal"))
CUT = "special: [停水, 没水, 没有水, 断水, 自来水停, 水停了, 无水可用, 关水]"
PRESSURE = (
    "special: [水压低, 水压不足, 水流小, 水压, 高层没水, 二次供水, 加压泵]\n"
    "    telling: [供水不足]\n    general: [楼层高]"
)

BROKEN: dict[str, tuple[str, str, str, int | None, str]] = {
    # the YAML itself
    "duplicate key": ("ladder.yaml", "transfer_limit:", "return_limit:", 0, "键“return_limit”重复"),
    "duplicate key deep down": ("deadlines.yaml", "    amount: 24", "    amount: 24\n    amount: 5", 1, "“amount”重复"),
    "not YAML": ("district.yaml", "case_prefix: SZ", "case_prefix: [SZ", 1, "YAML"),
    "anchor": ("district.yaml", "name: 枣庄市市中区", "name: &n 枣庄\nversion2: *n", 1, "锚点"),
    "tag": ("district.yaml", "name: 枣庄市市中区", "name: !!python/name:os.system x", 0, "不支持的写法"),
    # shapes
    "unknown field": ("units.yaml", "kind: town, duty", "kind: town, phone: x, duty", 0, "不认识的项"),
    "missing field": ("units.yaml", "code: getabu-street, ", "", 0, "code：缺少此项"),
    "number as text": ("deadlines.yaml", "amount: 24", 'amount: "24"', 0, "应为整数"),
    "zero": ("deadlines.yaml", "amount: 24", "amount: 0", 0, "不得小于 1"),
    "fraction": ("deadlines.yaml", "amount: 24", "amount: 1.5", 0, "应为整数"),
    "yes for a number": ("ladder.yaml", "value: 3", "value: true", 0, "应为整数"),
    "text as number": ("district.yaml", '"2026.1"', "2026.1", 0, "应为文字"),
    "unknown kind": ("deadlines.yaml", "kind: supplement", "kind: suplement", 0, "只能是"),
    "unknown unit of time": ("deadlines.yaml", "unit: hours", "unit: days", 0, "只能是"),
    "unknown urgency": ("deadlines.yaml", "urgencies: [urgent]", "urgencies: [soon]", 0, "只能是"),
    "no source": ("deadlines.yaml", "source: 山东", "from: 山东", -5, "source：缺少此项"),
    "empty source": ("ladder.yaml", "source: 天津", 'source: " " # 天津', 0, "不能为空"),
    "unknown origin": ("ladder.yaml", "origin: published", "origin: guessed", 0, "只能是"),
    "bad prefix": ("district.yaml", "case_prefix: SZ", "case_prefix: sz-1", 0, "写法不符"),
    "bad code": ("taxonomy.yaml", "code: water", "code: Water!", 0, "写法不符"),
    "no weight": ("dispatch.yaml", "special: 3", "special: 0", 0, "须大于 0"),
    "negative weight": ("dispatch.yaml", "special: 3", "special: -1", 0, "须大于 0"),
    "endless weight": ("dispatch.yaml", "special: 3", "special: .inf", 0, "special"),
    "empty word": ("taxonomy/municipal.yaml", "special: [路灯不亮", 'special: [" "', 0, "不能为空"),
    "empty urgent word": ("alarms.yaml", "words: [停水, 没水", 'words: ["", 没水', 0, "不能为空"),
    "clock time": ("notices.yaml", '"21:00"', '"24:00"', 0, "应为带引号的时刻"),
    "no waits": ("notices.yaml", "minutes: [1, 5, 15, 60, 240, 720, 1440]", "minutes: []", 0, "至少要有 1 项"),
    "a share of half": ("learning.yaml", "value: 0.005", "value: 0.5", 0, "须小于 0.5"),
    "more than one is right": ("learning.yaml", "[0.6, 0.05, 0.05]", "[0.9, 0.1, 0.05]", 0, "相加不得超过 1"),
    "confidence that falls back": ("learning.yaml", "ahead: 0.55", "ahead: 0.9", None, "逐级增大"),
    "no case": ("learning.yaml", "value: 30", "value: 0", 0, "不得小于 1"),
    "switched off": ("ladder.yaml", "value: true", "value: false", 0, "只能为 true"),
    "yellow card in hours": (
        "deadlines.yaml", "kind: yellow_card\n    amount: 1\n    unit: working_days",
        "kind: yellow_card\n    amount: 1\n    unit: hours", -1, "只能按工作日计",
    ),
    "red card later": (
        "deadlines.yaml", "kind: red_card\n    amount: 1", "kind: red_card\n    amount: 2", -1, "第一个工作日",
    ),
    "extension in calendar days": (
        "deadlines.yaml",
        "kind: extension_limit\n    amount: 10\n    unit: working_days",
        "kind: extension_limit\n    amount: 10\n    unit: calendar_days",
        -1,
        "延期上限只能按工作日计",
    ),
    # deadlines
    "no priority": ("deadlines.yaml", "    priority: 20\n", "", -4, "必须写明 priority"),
    "priority without condition": (
        "deadlines.yaml", "unit: hours\n    origin", "unit: hours\n    priority: 1\n    origin", -3, "不写 priority",
    ),
    "no general rule": ("deadlines.yaml", "kind: rating", "kind: follow_up", None, "缺少 rating"),
    "two general rules": ("deadlines.yaml", "kind: redo\n", "kind: handling\n", -1, "通用规则只能有一条"),
    "rule for what is decided": ("deadlines.yaml", "kind: redo\n", "kind: assist\n", 0, "协办时限由研判决定逐件确定"),
    "duplicate id": ("deadlines.yaml", "id: dispatch-urgent", "id: dispatch", 0, "“dispatch”重复"),
    "tie": (
        "deadlines.yaml",
        "priority: 20\n    urgencies: [urgent]\n    origin: own\n    source: 自定。住户",
        "priority: 10\n    urgencies: [urgent]\n    origin: own\n    source: 自定。住户",
        0,
        "与规则“handling-consultation”可能同时适用而 priority 相同(10)",
    ),
    "rule for no category": ("deadlines.yaml", "urgencies: [urgent]", "categories: [pets]", 0, "未知的大类“pets”"),
    "urgency twice": ("deadlines.yaml", "urgencies: [urgent]", "urgencies: [urgent, urgent]", 0, "“urgent”重复"),
    # units and categories
    "duplicate unit": ("units.yaml", "code: getabu-street", "code: kuangqu-street", 1, "“kuangqu-street”重复"),
    "duplicate unit name": ("units.yaml", "name: 矿区街道", "name: 各塔埠街道", 0, "“各塔埠街道”重复"),
    "unknown unit kind": ("units.yaml", "kind: desk", "kind: office", 0, "只能是"),
    "two desks": ("units.yaml", "name: 区司法局, kind: department", "name: 区司法局, kind: desk", None, "只能有一个"),
    "no desk": ("units.yaml", "kind: desk", "kind: department", None, "缺少 kind 为 desk 的单位"),
    "duplicate category": ("taxonomy.yaml", "code: sanitation", "code: municipal", 0, "“municipal”重复"),
    # sub-categories
    "a category too many": (
        "taxonomy.yaml", "categories:\n  -", "categories:\n  - {code: pets, name: 宠物}\n  -", None, "实有 21 个",
    ),
    "a sub-category too few": ("taxonomy.yaml", "sub_categories: 475", "sub_categories: 476", 0, "实有 475 个"),
    "duplicate sub-category": (WATER, "code: water-pressure", "code: water-cut", 0, "“water-cut”重复"),
    "sub-category of another category": (ENERGY, "code: power-cut", "code: water-cut", 0, "“water-cut”重复"),
    "duplicate sub-category name": (WATER, "name: 水压低水流小", "name: 自来水停水", 0, "“自来水停水”重复"),
    "unknown lead": (WATER, "lead: water\n", "lead: parks\n", 0, "未知的单位“parks”"),
    "an office as lead": (WATER, "lead: water\n", "lead: discipline\n", 0, "平台岗位"),
    "unknown request type": (WATER, "types: [help, complaint]", "types: [prayer]", 0, "只能是"),
    "no request type": (WATER, "types: [help, complaint]", "types: []", 0, "至少要有 1 项"),
    "no special word": (WATER, CUT, "special: []", 0, "至少要有 1 项"),
    "two words": (WATER, PRESSURE, "special: [水压低, 水压]", -4, "须有 3 至 32 个"),
    "too many words": (WATER, PRESSURE, f"special: [{', '.join(f'甲{n}' for n in range(33))}]", -4, "须有 3 至 32 个"),
    "word twice": (WATER, "special: [停水, 没水", "special: [没水, 没水", -5, "词语“没水”重复"),
    "special word of two": (WATER, "special: [水压低", "special: [停水", 0, "专用词“停水”又见于“water-cut”"),
    "swallowed": (WATER, PRESSURE, "special: [停水, 没水, 供水]", -4, "全部词语都见于“water-cut”"),
    "idle exclusion": (WATER, "excluded: [没有水平", "excluded: [水平", -8, "不起作用"),
    # duties
    "duty of nobody": ("units.yaml", "- unit: municipal-parks", "- unit: parks", 0, "未知的单位“parks”"),
    "duty of an office": ("units.yaml", "- unit: municipal-parks", "- unit: discipline", 0, "平台岗位"),
    "duty of another unit": ("units.yaml", "- unit: tobacco", "- unit: tax", 3, "牵头单位是“tobacco”，不是“tax”"),
    "duty pushed to the towns": ("units.yaml", "- unit: tobacco", '- unit: "@town"', 3, "不是“@town”"),
    "unit without duty": ("units.yaml", "- unit: tobacco", "- unit: tax", None, "没有任何职责"),
    "unknown sub-category": ("units.yaml", "covers: [street-light-out", "covers: [lamps", 0, "未知的小类“lamps”"),
    "covered twice": ("units.yaml", "covers: [manhole-missing", "covers: [street-light-out", 0, "已属于"),
    "covered by nobody": (
        "taxonomy/municipal.yaml", "code: street-light-out", "code: lamp-out", 0, "“lamp-out”不在任何单位的职责",
    ),
    "no such day": ("units.yaml", "valid_from: 2019-01-01", "valid_from: 2019-02-30", 0, "应为日期"),
    "nothing covered": ("units.yaml", "covers: [salt-tobacco]", "covers: []", 0, "至少要有 1 项"),
    # places
    "place of no town": ("places.yaml", "town: kuangqu-street", "town: housing", 0, "“housing”不是镇街"),
    "place in two towns": ("places.yaml", "name: 张林,", "name: 桃园,", 0, "“桃园”已属于“shuiguo-town”"),
    "place twice": ("places.yaml", "name: 张林,", "name: 李庄,", 1, "“李庄”在“yongan-town”重复"),
    "division code twice": ("places.yaml", '"370402001016"', '"370402001013"', 0, "“370402001013”重复"),
    "no division code": ("places.yaml", '"370402001016"', '"3704"', 0, "写法不符"),
    "unknown kind of place": ("places.yaml", "kind: community", "kind: hamlet", 0, "只能是"),
    "no suffix": ("places.yaml", "  village: {", "  community: {", 0, "“community”重复"),
    "not in two towns": ("places.yaml", "same_name: [丁庄, 张庄]", "same_name: [丁庄, 张庄, 桃园]", 0, "并非两地同名"),
    "no rural matter": (MUNICIPAL, "rural: village-light", "rural: no-such", 0, "未知的小类“no-such”"),
    "its own rural matter": (MUNICIPAL, "rural: village-light", "rural: street-light-out", 0, "须是另一个小类"),
    "estate of no town": ("places.yaml", "estates: []", "estates: [{name: 测试家园, town: housing}]", 0, "不是镇街"),
    "estate and village": ("places.yaml", "estates: []", "estates: [{name: 桃园村, town: qicun-town}]", 0, "已是村居"),
    "village outside": ("places.yaml", "names: [薛城区", "names: [桃园村", 0, "“桃园村”是本区村居的名称"),
    "too far is not near": ("places.yaml", "value: 6", "value: 60", 0, "不得大于 20"),
    "road and village": ("places.yaml", "roads: [光明路", "roads: [桃园村", 0, "既是道路又是村居"),
    # what is looked at before dispatch
    "danger word twice": ("alarms.yaml", "words: [持刀,", "words: [跳楼, 持刀,", 0, "“跳楼”已属于“轻生”"),
    "danger of nobody": ("alarms.yaml", "unit: fire-rescue", "unit: brigade", 0, "未知的单位“brigade”"),
    "danger for an office": ("alarms.yaml", "unit: fire-rescue", "unit: discipline", 0, "平台岗位"),
    "danger twice": ("alarms.yaml", "id: violence", "id: life", 0, "“life”重复"),
    "danger without words": ("alarms.yaml", "words: [发生爆炸", "words: []\n      say: [发生爆炸", 0, "至少要有 1 项"),
    "urgent word twice": ("alarms.yaml", "words: [停水, 没水", "words: [停水, 停水, 没水", 0, "“停水”重复"),
    "rule of others twice": ("elsewhere.yaml", "id: arbitration", "id: litigation", 0, "“litigation”重复"),
    "unit of others unknown": ("elsewhere.yaml", "unit: tobacco", "unit: smoke", 0, "未知的单位“smoke”"),
    "holding unsaid": ("elsewhere.yaml", "holds: true", "holds: maybe", 0, "只能是 true 或 false"),
    "no advice": ("elsewhere.yaml", "advice: 已申请仲裁的", "advise: 已申请仲裁的", 0, "不认识的项"),
    # how texts are read and words are weighed
    "share of more than all": ("dispatch.yaml", "value: 0.25", "value: 1.25", 0, "不得大于 1"),
    "lighter in the opening": ("dispatch.yaml", "opening_factor: 1.5", "opening_factor: 0.5", 0, "不得小于 1"),
    "hardly anything read": ("dispatch.yaml", "longest: 20000", "longest: 10", 0, "不得小于 100"),
    "notice for no urgency": ("notices.yaml", "urgencies: [emergency]", "urgencies: [panic]", 0, "只能是"),
    # the same matter
    "far is nearer than near": ("same_matter.yaml", "far_metres: 1000", "far_metres: 100", -2, "不得小于 near_metres"),
    "more than all": ("same_matter.yaml", "place: 0.7", "place: 1.7", 0, "不得大于 1"),
    "told of whom": ("same_matter.yaml", "told: [stage,", "told: [person,", 0, "只能是"),
    "courtesy twice": ("same_matter.yaml", "    - 请问\n", "    - 您好\n", 0, "“您好”重复"),
    # notices
    "unknown trigger": ("notices.yaml", "trigger: register\n", "trigger: enrol\n", 0, "只能是"),
    "unknown audience": ("notices.yaml", "audiences: [petitioner]", "audiences: [mayor]", 0, "只能是"),
    "nobody": ("notices.yaml", "audiences: [petitioner]", "audiences: []", 0, "至少要有 1 项"),
    "unknown placeholder": ("notices.yaml", "{case_number}已登记", "{name}已登记", 0, "未知的占位符：{name}"),
    "stray brace": ("notices.yaml", "{case_number}已登记", "{case_number已登记", 0, "花括号"),
    "attribute of a fact": ("notices.yaml", "{case_number}已登记", "{unit.__class__}已登记", 0, "占位符只能写成"),
    "query code for a unit": ("notices.yaml", "请及时签收", "请签收{query_code}", -4, "仅发给诉求人"),
    "nobody is concerned": (
        "notices.yaml", "trigger: remind_assist\n    audiences: [concerned]",
        "trigger: sign\n    audiences: [concerned]", -1, "签收没有另外相关的单位",
    ),
    "a date of nobody": ("notices.yaml", "请及时签收，并于{due}", "请及时签收，并于{until}", -4, "没有另外相关的单位"),
    "two notices for one": ("notices.yaml", "trigger: refuse\n", "trigger: register\n", 1, "已有一条通知"),
    "duplicate notice": ("notices.yaml", "id: supplemented", "id: refused", 0, "“refused”重复"),
    # the calendar
    "calendar": ("calendar.yaml", 'opens: "08:30"', 'opens: "18:30"', None, ""),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "below", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused(folder: Path, file: str, old: str, new: str, below: int | None, reason: str) -> None:
    line = edit(folder, file, old, new)
    found = problems(folder)
    told = [problem for problem in found if problem.file == file and reason in problem.reason]
    assert told, found
    if below is not None:
        assert line + below in [problem.line for problem in told]
    assert any("\u4e00" <= letter <= "\u9fff" for problem in told for letter in problem.reason)


def test_a_duty_may_move_to_another_unit_on_a_later_day(folder: Path) -> None:
    edit(folder, "taxonomy/market.yaml", "lead: tobacco", "lead: market-regulation")
    moved = """  - unit: market-regulation
    title: 烟草专卖管理
    valid_from: 2027-01-01
    covers: [salt-tobacco]
"""
    edit(folder, "units.yaml", "  - unit: tobacco", f"{moved}  - unit: tobacco")
    policy = load_policy(folder)
    holders = [policy.duty_of("salt-tobacco", day) for day in (dt.date(2026, 12, 31), dt.date(2027, 1, 1))]
    assert [duty.unit for duty in holders if duty] == ["tobacco", "market-regulation"]


def test_the_lead_is_whoever_has_the_duty_last(folder: Path) -> None:
    moved = """  - unit: market-regulation
    title: 烟草专卖管理
    valid_from: 2027-01-01
    covers: [salt-tobacco]
"""
    edit(folder, "units.yaml", "  - unit: tobacco", f"{moved}  - unit: tobacco")
    found = [problem.reason for problem in problems(folder)]
    assert found == ["小类“salt-tobacco”的牵头单位是“tobacco”，不是“market-regulation”"]


def test_every_problem_is_told_at_once(folder: Path) -> None:
    lines = [
        ("deadlines.yaml", edit(folder, "deadlines.yaml", "amount: 24", "amount: -1")),
        ("units.yaml", edit(folder, "units.yaml", "- unit: municipal-parks", "- unit: parks")),
        ("ladder.yaml", edit(folder, "ladder.yaml", "value: 3", "value: many")),
        ("units.yaml", edit(folder, "units.yaml", "code: longshanlu-street", "code: kuangqu-street")),
    ]
    found = {(problem.file, problem.line) for problem in problems(folder)}
    assert set(lines) <= found
    error = PolicyError(problems(folder))
    assert f"units.yaml，第 {lines[1][1]} 行：未知的单位“parks”" in str(error)


def _remove(folder: Path) -> None:
    (folder / "ladder.yaml").unlink()


def _empty(folder: Path) -> None:
    (folder / "ladder.yaml").write_text("")


def _wrong_bytes(folder: Path) -> None:
    (folder / "ladder.yaml").write_bytes("return_limit:\n  value: 3\n  source: 天津".encode("gb18030"))


def _list(folder: Path) -> None:
    (folder / "ladder.yaml").write_text("- 1\n")


def _nested(folder: Path) -> None:
    (folder / "ladder.yaml").write_text("[" * 5000)


@pytest.mark.parametrize(
    ("damage", "line", "reason"),
    [
        (_remove, 1, "缺少此文件"),
        (_empty, 1, "文件是空的"),
        (_wrong_bytes, 3, "不是 UTF-8"),
        (_list, 1, "应为映射"),
        (_nested, 1, "YAML"),
    ],
)
def test_a_damaged_file_is_refused(folder: Path, damage: Callable[[Path], None], line: int, reason: str) -> None:
    damage(folder)
    assert [(problem.file, problem.line) for problem in problems(folder)] == [("ladder.yaml", line)]
    assert reason in problems(folder)[0].reason


@pytest.mark.parametrize("name", ["deadline.yaml", "notices.yml", "dispatch.yaml.orig", "taxonomy/pets.yaml"])
def test_a_foreign_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("rules: []\n")
    assert problems(folder) == [Problem(name, 1, "不认识的文件，请移出此文件夹")]


def test_no_calendar(folder: Path) -> None:
    (folder / "calendar.yaml").unlink()
    assert problems(folder) == [Problem("calendar.yaml", 1, "缺少此文件")]


def test_no_folder(tmp_path: Path) -> None:
    assert problems(tmp_path / "rules") == [Problem("rules", 1, "没有这个文件夹")]


def test_rules_that_cannot_both_apply_may_share_a_priority(folder: Path) -> None:
    edit(
        folder,
        "deadlines.yaml",
        "  - id: handling-urgent",
        "  - {id: handling-water, kind: handling, amount: 2, unit: working_days, priority: 10,\n"
        "     request_types: [report], categories: [water], origin: own, source: 试}\n  - id: handling-urgent",
    )
    assert "handling-water" in {rule.id for rule in load_policy(folder).deadlines}
