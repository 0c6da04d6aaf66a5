"""The `rongetong` command. Help and messages are for people, hence Chinese first; each group is a file of its own."""

from __future__ import annotations

import typer

from cli import (
    accounts,
    audit,
    bulletins,
    demo,
    dispatch,
    figures,
    identity,
    keys,
    lists,
    media,
    operations,
    patterns,
    policy,
    reviews,
    same_matter,
    story,
    supervision,
    visits,
    walls,
)
from cli.documents import write_all
from cli.failures import PlainGroup
from deployments.up import up as run_up
from settings import PROJECT_ROOT, get_settings

app = typer.Typer(
    cls=PlainGroup,
    help="融e通：一个区的诉求总台账。 One ledger for everything a district's people report.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # locals may hold what petitioners wrote
)
app.add_typer(accounts.app, name="accounts")
app.add_typer(keys.app, name="keys")
app.add_typer(walls.app, name="walls")
app.add_typer(dispatch.app, name="dispatch")
app.add_typer(policy.app, name="policy")
app.add_typer(reviews.app, name="reviews")
app.add_typer(same_matter.app, name="same-matter")
app.add_typer(identity.app, name="identity")
app.add_typer(media.app, name="media")
app.add_typer(audit.app, name="audit")
app.add_typer(supervision.app, name="supervision")
app.add_typer(supervision.outages_app, name="outages")
app.command("reconcile")(operations.reconcile)
app.command("check")(operations.check)
app.command("verify")(operations.verify)
app.command("notices")(operations.notices)
app.command("figures")(figures.figures)
app.command("recount")(figures.recount)
app.command("lists")(lists.lists)
app.command("bulletins")(bulletins.bulletins)
app.command("patterns")(patterns.patterns)
app.command("visits")(visits.visits)
app.command("story")(story.story)
app.command("demo")(demo.demo)


@app.command("up")
def up() -> None:
    """启动全部服务，Ctrl-C 停止。 Start Prefect, the API and the worker; Ctrl-C stops them."""
    raise typer.Exit(run_up(get_settings()))


@app.command("docs")
def docs() -> None:
    """重新生成由代码和规则得出的文档。 Write the documents that are generated."""
    for path in write_all(PROJECT_ROOT):
        typer.echo(path)
