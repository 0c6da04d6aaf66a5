"""`rongetong media`: who follows which case, and what is told in public; by an account that may."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from domain.actions import Actor, Role
from domain.media import PublicationKind
from domain.scrub import PERSONAL_LABELS, Personal
from models.media_answers import ProposalIn, PublicationView
from services import media, publication_views, publications, queries
from services.bootstrap import get_context

app = typer.Typer(
    help="媒体跟踪与公开：跟踪、提出、答复、决定、撤回。 What media follow and what is public.", no_args_is_help=True
)
console = Console()

Number = Annotated[str, typer.Argument(help="案号")]
Id = Annotated[str, typer.Argument(help="公开件的 id，见 media list")]
Reason = Annotated[str, typer.Option(help="理由，写入记录")]
Outlet = Annotated[str, typer.Option(help="媒体代码，见 media.yaml")]
By = Annotated[str, typer.Option("--by", help="经办人的账号，写入记录；应当回避的看不到该件")]
As = Annotated[Role, typer.Option("--as", help="以什么身份：desk、inspector、leader")]
Title = Annotated[str, typer.Option(help="题目")]
Text = Annotated[str, typer.Option(help="内容；办理过程可不写，由公开时间线拟稿")]
_DEFAULT_NAME = "rongetong media"


@app.command("list")
def list_(
    as_: As = Role.DESK,
    by: By = _DEFAULT_NAME,
    limit: Annotated[int, typer.Option(min=1, max=media.MAX_PAGE, help="各列几件")] = 20,
) -> None:
    """列出跟踪和公开件，新的在前。 Who follows what, and what is or may be told."""
    context, actor = get_context(), Actor(as_, name=by)
    followed = Table("跟踪 id", "案号", "媒体", "状态", "申请时间", "理由")
    for item in media.trackings(context, actor, limit=limit).trackings:
        at = shown(item.asked_at)
        followed.add_row(item.id, item.case_number, item.outlet.name, item.standing.name, at, item.reason)
    console.print(followed)
    told = Table("公开件 id", "案号", "种类", "状态", "题目", "单位", "答复期限", "公开编号")
    for head in publication_views.publications(context, actor, limit=limit).publications:
        due = shown(head.reply_due_at)
        unit = head.unit.name if head.unit else ""
        told.add_row(
            head.id, head.case_number, head.kind.name, head.standing.name, head.title, unit, due, head.number or ""
        )
    console.print(told)


@app.command()
def show(publication_id: Id, as_: As = Role.DESK, by: By = _DEFAULT_NAME) -> None:
    """一件公开件：写的什么、去掉了什么、谁做过什么。 One of them, with its trail."""
    _tell(publication_views.publication(get_context(), publication_id, Actor(as_, name=by)))


@app.command()
def track(case_number: Number, outlet: Outlet, reason: Reason, by: By, as_: As = Role.DESK) -> None:
    """列入媒体跟踪；不宜跟踪的说明缘由。 Let an outlet follow a case."""
    context, actor = get_context(), Actor(as_, name=by)
    petition_id = queries.find(context, case_number, actor).id
    row = media.track(context, petition_id, actor, outlet=outlet, reason=reason)
    typer.echo(f"已列入跟踪 following: {row.id}")


@app.command()
def untrack(case_number: Number, outlet: Outlet, reason: Reason, by: By, as_: As = Role.DESK) -> None:
    """不再跟踪，或不同意其申请。 End a following, or decline what was asked."""
    context, actor = get_context(), Actor(as_, name=by)
    tracking_id = media.tracking_of(context, case_number, outlet, actor).id
    row = media.decide(context, tracking_id, actor, granted=False, reason=reason)
    typer.echo(f"已{'不再跟踪 ended' if row.standing == 'ended' else '不予跟踪 declined'}: {row.id}")


@app.command()
def propose(
    case_number: Number,
    kind: Annotated[PublicationKind, typer.Option(help="process 办理过程、praise 宣传、exposure 曝光")],
    title: Title,
    by: By,
    text: Text = "",
) -> None:
    """提出公开；曝光的随即征求单位答复。 Propose; the unit of an exposure is asked at once."""
    context, actor = get_context(), Actor(Role.DESK, name=by)
    asked = ProposalIn(case_number=case_number, kind=kind, title=title, text=text)
    row = publications.propose(context, actor, asked)
    _tell(publication_views.publication(context, row.id, actor))


@app.command()
def reply(
    publication_id: Id,
    unit: Annotated[str, typer.Option(help="单位代码")],
    text: Annotated[str, typer.Option(help="答复，随曝光一并公开")],
    by: By,
) -> None:
    """代录单位对曝光的书面答复。 Enter what the unit said in writing to its exposure."""
    context, actor = get_context(), Actor(Role.UNIT, unit, by)
    publications.reply(context, publication_id, actor, text=text)
    _tell(publication_views.publication(context, publication_id, actor))


@app.command()
def decide(
    publication_id: Id,
    reason: Reason,
    publish: Annotated[bool, typer.Option("--publish/--decline", help="公开，或不予公开")],
    by: By,
    as_: As = Role.DESK,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只看公开后是什么样、去掉了什么，不公开")] = False,
) -> None:
    """决定公开与否；曝光由 inspector 或 leader 决定。 Decide; --dry-run shows what would be told."""
    context, actor = get_context(), Actor(as_, name=by)
    if dry_run:
        if not publish:
            raise typer.BadParameter("--dry-run 只用于 --publish only goes with --publish")
        preview = publications.preview(context, publication_id, actor)
        typer.echo(f"{preview.title}\n\n{preview.text}\n")
        if preview.reply:
            typer.echo(f"单位答复：{preview.reply}\n")
        typer.echo(_removed(preview.removed))
        typer.echo("未公开 nothing was published")
        return
    work = publications.publish if publish else publications.decline
    row = work(context, publication_id, actor, reason=reason)
    typer.echo(f"已公开 published: {row.number}" if publish else f"不予公开 declined: {row.id}")


@app.command()
def withdraw(publication_id: Id, reason: Reason, by: By, as_: As = Role.DESK) -> None:
    """撤回已公开的；编号、日期、理由仍公开。 Take back what is public; that and why stays public."""
    row = publications.withdraw(get_context(), publication_id, Actor(as_, name=by), reason=reason)
    typer.echo(f"已撤回 withdrawn: {row.number}")


@app.command()
def correct(publication_id: Id, reason: Reason, by: By, as_: As = Role.INSPECTOR) -> None:
    """更正曝光，更正与原件一并公开。 Say beside an exposure that it was mistaken."""
    row = publications.correct(get_context(), publication_id, Actor(as_, name=by), reason=reason)
    typer.echo(f"已更正 corrected: {row.number}")


def _tell(found: PublicationView) -> None:
    typer.echo(f"{found.id}  {found.case_number}  {found.kind.name}  {found.standing.name}  {found.number or ''}")
    typer.echo(f"{found.title}\n\n{found.text}\n")
    if found.reply:
        typer.echo(f"单位答复：{found.reply}\n")
    typer.echo(_removed(found.removed))
    for step in found.history:
        at = shown(step.at)
        typer.echo(" ".join(part for part in (at, step.act.name, step.actor_name, step.reason) if part))


def _removed(removed: dict[str, int]) -> str:
    if not removed:
        return "没有去掉什么 nothing was taken out"
    kinds = "、".join(f"{PERSONAL_LABELS[Personal(kind)]}{count}处" for kind, count in removed.items())
    return f"已去掉 taken out: {kinds}"
