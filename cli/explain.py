"""`rongetong dispatch explain | why`: where a text would go, where a case went, and every reason for it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.moments import shown
from domain.conduct import URGENCY_LABELS
from domain.coordinates import BadCoordinate, CoordinateSystem
from domain.dispatch import Dispatch
from domain.policy import Policy
from services import dispatch_history, dispatching, policies
from services.bootstrap import get_context
from services.places import Given

console = Console()


def explain(
    text: Annotated[str, typer.Argument(help="诉求原文；写 - 则从标准输入读")],
    place: Annotated[str, typer.Option(help="发生地点的文字")] = "",
    at: Annotated[str, typer.Option(help="坐标：经度,纬度")] = "",
    crs: Annotated[CoordinateSystem | None, typer.Option(help="坐标系；写了坐标就须写明")] = None,
) -> None:
    """说明这段话会派给谁、为什么。只看不办，不留记录。 Say where this would go and why; nothing is written."""
    words = typer.get_text_stream("stdin").read() if text == "-" else text
    context = get_context()
    policy = policies.active_policy(context)
    try:
        said = dispatching.explain(context, words, place, _given(at, crs) if at else None)
    except BadCoordinate as refusal:
        raise typer.BadParameter(refusal.message, param_hint="--crs" if crs is None else "--at") from None
    unit = policy.unit_name(said.answer.unit) if said.answer.unit else "转派遣专席 to the desk"
    typer.echo(f"派给 goes to: {unit}；紧急程度 urgency: {URGENCY_LABELS[said.urgency]}")
    typer.echo(f"理由 why: {said.answer.explanation}")
    if said.needs_person:
        typer.echo(f"须由专席确认 a person looks first: {said.needs_person}")
    for advice in said.advice:
        typer.echo(f"提示 note: {advice}")
    if said.answer.town:
        typer.echo(f"地点 place: {policy.unit_name(said.answer.town)}")
    typer.echo(f"规则版本 rules: {said.answer.rule_version}")
    if said.answer.candidates:
        console.print(_candidates(said.answer, policy))


def why(case_number: Annotated[str, typer.Argument(help="案号")]) -> None:
    """说明一件诉求当日为什么派给那里，不论现在的规则。 Say why a case went where it went, as of that day."""
    for sent in dispatch_history.why(get_context(), case_number):
        at = shown(sent.at)
        typer.echo(f"{at} {sent.step} {sent.unit}({sent.actor})")
        typer.echo(f"  理由 why: {sent.reason}")
        if sent.rule_version:
            learned = f"，学习结果 model: {sent.model_version[:12]}" if sent.model_version else ""
            typer.echo(f"  规则版本 rules: {sent.rule_version}{learned}")
        for unit, kept in sent.candidates:
            sure = f"，把握{kept['confidence']:.0%}" if kept.get("confidence") is not None else ""
            typer.echo(f"  候选 {unit}(得分{kept['score']:g}{sure})：{'；'.join(kept['reasons'])}")


def _given(at: str, crs: CoordinateSystem | None) -> Given:
    try:
        longitude, latitude = map(float, at.replace("，", ",").split(","))
    except ValueError:
        raise typer.BadParameter("应为 经度,纬度，如 117.56,34.86", param_hint="--at") from None
    return Given(longitude, latitude, crs)


def _candidates(answer: Dispatch, policy: Policy) -> Table:
    table = Table("候选单位", "大类·小类", "得分", "把握", "理由")
    for item in answer.candidates:
        matter = policy.category_name(item.category)
        if item.sub_category:
            matter += f"·{policy.sub_category_name(item.sub_category)}"
        sure = "" if item.confidence is None else f"{item.confidence:.0%}"
        table.add_row(policy.unit_name(item.unit), matter, f"{item.score:g}", sure, "\n".join(item.reasons))
    return table
