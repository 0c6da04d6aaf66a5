"""`rongetong story`: replay a case on an accelerated clock through the real system."""

from __future__ import annotations

from typing import Annotated

import typer

from stories.all import STORIES
from stories.playing import play_apart


def story(
    name: Annotated[str | None, typer.Argument(help="故事名，见 --list")] = None,
    list_: Annotated[bool, typer.Option("--list", help="列出可重演的故事")] = False,
) -> None:
    """在加速时钟上重演一件诉求的一生。 Replay a petition's life through the real system."""
    if list_ or name is None:
        for item in STORIES.values():
            typer.echo(f"{item.name}\t{item.title}")
        return
    if name not in STORIES:
        raise typer.BadParameter(f"没有名为“{name}”的故事，可选：{'、'.join(STORIES)}")
    raise typer.Exit(play_apart(name))
