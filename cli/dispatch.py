"""`rongetong dispatch`: why a petition goes where it goes, what changed rules would do, and learning from tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from cli import backtest, duplicates, explain, learning
from domain.learned import edge
from gateways.tables import Row, Rows, TableError, check_writable, read_rows, write_rows
from gateways.whole_files import whole_file

if TYPE_CHECKING:
    from learning.evaluation import Report
    from learning.examples import Example
    from learning.model import Model

app = typer.Typer(
    help="派遣：说明理由，检验规则，从历史中学习，批量派遣。 Explain, try, learn, dispatch tables.",
    no_args_is_help=True,
)
app.command("explain")(explain.explain)
app.command("why")(explain.why)
app.command("backtest")(backtest.backtest)
app.command("duplicates")(duplicates.duplicates)
app.command("learn")(learning.learn)
app.command("models")(learning.models)
app.command("rollback")(learning.rollback)
console = Console()
told = Console(stderr=True)
"""Progress and asides, so that what is asked for stays alone on the standard output."""

SHOWN_ROWS = 10
ANSWERS = ("预测标签", "置信度", "理由", "可自动派遣")
"""What `predict` adds to each row; a name that is taken gets a number."""

_BETWEEN_NAMES = re.compile(r"[,，](?![^(（]*[)）])")
"""A comma; one in brackets is part of a name, as in 正文(标题,详情)."""

File = Annotated[Path, typer.Argument(help="表格：.csv(UTF-8 或 GB18030)或 .xlsx，第一行是列名")]
Text = Annotated[str, typer.Option(help="文本所在的列，多列用逗号隔开，如 留言主题,留言详情")]
Label = Annotated[str, typer.Option(help="标签所在的列，如 一级标签")]
ModelFile = Annotated[Path, typer.Option(help="train 写出的模型文件")]
Precision = Annotated[float, typer.Option(min=0.5, max=0.9999, help="自动派遣要达到的准确率")]


@app.command()
def train(
    file: File,
    text: Text,
    label: Label,
    out: Annotated[Path, typer.Option(help="写到哪个文件；写成之前不动原有的")],
    extra: Annotated[list[Path] | None, typer.Option(help="另外的有标签的表格，只用来学习；可多次给出")] = None,
    extra_text: Annotated[str | None, typer.Option(help="另外的表格的文本列，缺省同 --text；可以是已分词的")] = None,
    extra_label: Annotated[str | None, typer.Option(help="另外的表格的标签列，缺省同 --label")] = None,
    skip_rare: Annotated[bool, typer.Option(help="略过行数太少、学不了的标签，而不是报错")] = False,
) -> None:
    """从有标签的表格学习，写出模型文件。 Learn from labelled rows and write the model."""
    from learning.errors import TooFewRows
    from learning.model_file import to_bytes
    from learning.training import train as learn

    with whole_file(out) as beside:
        examples = _labelled(file, text, label)
        further = [each for path in extra or [] for each in _labelled(path, extra_text or text, extra_label or label)]
        with _progress("学习 learning") as progress:
            try:
                model = learn(examples, extra=further, progress=progress)
            except TooFewRows as few:
                if not skip_rare:
                    raise
                told.print(f"略过 left out: {'、'.join(few.counts)}", highlight=False)
                kept = [example for example in examples if example.label not in few.counts]
                model = learn(kept, extra=further, progress=progress)
        beside.write_bytes(to_bytes(model))
    console.print(f"已写出 written: {out}({out.stat().st_size / 1e6:.1f} MB)", highlight=False)
    console.print(f"学自 learned from: {model.rows} 行，{len(model.labels)} 种标签；版本 version: {model.version[:12]}")
    console.print(f"以未见过的行判断 on rows unseen while learning: 准确率 accuracy {model.record.accuracy:.3f}")


@app.command()
def evaluate(file: File, model: ModelFile, text: Text, label: Label, precision: Precision = 0.98) -> None:
    """用模型没有学过的有标签的行评估它。 Measure a model on labelled rows it has not learned from."""
    from learning.evaluation import evaluate as measure

    asked = _load(model)
    examples = _labelled(file, text, label)
    with _progress("评估 evaluating") as progress:
        report = measure(asked, examples, progress)
    _show(report, asked, precision)


@app.command()
def predict(
    file: File,
    model: ModelFile,
    text: Text,
    out: Annotated[Path, typer.Option(help="写到哪个 .csv 或 .xlsx 文件；写成之前不动原有的")],
    precision: Precision = 0.98,
) -> None:
    """给每一行加上标签、置信度和理由。 Add a label, its confidence and the reasons to every row."""
    check_writable(out)
    asked = _load(model)
    threshold = asked.record.threshold_for(precision)
    columns = _columns(text)
    with read_rows(file, columns) as rows, _progress("派遣 predicting") as progress:
        added = _free_names(rows.columns)
        answers = (
            {**row.values, **dict(zip(added, _answer(asked, _joined(row, columns), threshold), strict=True))}
            for row in _followed(rows, progress)
        )
        written = write_rows(out, [*rows.columns, *added], answers)
    console.print(f"已写出 written: {out}，{written} 行 rows", highlight=False)


def _answer(model: Model, text: str, threshold: float | None) -> tuple[str, str, str, str]:
    guesses = model.predict(text)
    if not guesses:
        return "", "0", "没有认得的词语，请人工派遣", "否"
    best = guesses[0]
    sure = threshold is not None and edge(guesses) >= threshold
    return best.label, f"{best.probability:.4f}", "；".join(best.reasons), "是" if sure else "否"


def _free_names(taken: Sequence[str]) -> list[str]:
    return [
        next(name for name in chain([each], (f"{each}{number}" for number in count(2))) if name not in taken)
        for each in ANSWERS
    ]


def _show(report: Report, model: Model, precision: float) -> None:
    console.print(f"{len(report.answers)} 行 rows，模型 model {model.version[:12]}", highlight=False)
    console.print(f"准确率 accuracy {report.accuracy:.4f}，宏平均 macro-F1 {report.macro_f1:.4f}", highlight=False)
    table = Table("标签 label", "行数 rows", "精确率 precision", "召回率 recall", "F1")
    for each in report.labels():
        name = each.label if each.label in model.labels else f"{each.label}(模型没有学过)"
        table.add_row(name, str(each.rows), f"{each.precision:.3f}", f"{each.recall:.3f}", f"{each.f1:.3f}")
    console.print(table)
    table = Table("行数 rows", "平均置信度 confidence", "其中正确 right", title="置信度是否可信 reliability")
    for step in report.bins():
        table.add_row(str(step.rows), f"{step.confidence:.3f}", f"{step.right:.3f}")
    console.print(table)
    console.print(f"平均相差 calibration error {report.calibration_error:.4f}", highlight=False)
    threshold = model.record.threshold_for(precision)
    if threshold is None:
        console.print(f"训练时没有一个门槛能达到 {precision:.2%}，全部转人工 nothing is dispatched alone")
        return
    alone = report.alone(threshold)
    console.print(
        f"自动派遣 alone: {alone.share:.1%}，其中正确 right {alone.precision:.2%}"
        f"(门槛 threshold {threshold:.4f} 是训练时按 {precision:.2%} 定的 chosen while learning)",
        highlight=False,
    )


def _labelled(file: Path, text: str, label: str) -> list[Example]:
    """Every row as an example. Raises TableError that names the rows without a label."""
    from learning.examples import Example

    columns, name = _columns(text), label.strip()
    examples, unlabelled = [], []
    with read_rows(file, [*columns, name]) as rows, _progress(f"读取 reading {file.name}") as progress:
        for row in _followed(rows, progress):
            if row[name].strip():
                examples.append(Example(_joined(row, columns), row[name]))
            else:
                unlabelled.append(row.number)
    if unlabelled:
        shown = "、".join(map(str, unlabelled[:SHOWN_ROWS]))
        more = "…" if len(unlabelled) > SHOWN_ROWS else ""
        raise TableError(file, f"有{len(unlabelled)}行没有标签“{name}”：第{shown}{more}行，请补上或删去")
    if not examples:
        raise TableError(file, "列名之下没有一行内容")
    return examples


def _joined(row: Row, columns: list[str]) -> str:
    return "\n".join(part for part in (row[column].strip() for column in columns) if part)


def _columns(named: str) -> list[str]:
    columns = [name.strip() for name in _BETWEEN_NAMES.split(named) if name.strip()]
    if not columns:
        raise typer.BadParameter("请写明文本所在的列", param_hint="--text")
    return columns


def _load(path: Path) -> Model:
    from learning.errors import ModelFileError
    from learning.model_file import MAX_BYTES, from_bytes

    try:
        with path.open("rb") as file:
            return from_bytes(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise ModelFileError(f"{path} 读不出来({error.strerror})") from None


class _Bar:
    """A bar on the terminal; nothing where there is no terminal."""

    def __init__(self, progress: Progress, title: str) -> None:
        self._progress, self._task = progress, progress.add_task(title, total=None)

    def __call__(self, done: float, whole: float) -> None:
        self._progress.update(self._task, completed=done, total=whole)


@contextmanager
def _progress(title: str) -> Iterator[_Bar]:
    with Progress(console=told, transient=True) as progress:
        yield _Bar(progress, title)


def _followed(rows: Rows, progress: _Bar) -> Iterator[Row]:
    for row in rows:
        share = rows.share_read
        if share is not None:
            progress(share, 1.0)
        yield row
