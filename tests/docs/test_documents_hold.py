"""Every link in the documents leads somewhere, and every command in them is one."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cli.app import app
from settings import PROJECT_ROOT

DOCUMENTS = [PROJECT_ROOT / "README.md", *sorted((PROJECT_ROOT / "docs").rglob("*.md"))]
BLOCKS = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
OURS = re.compile(r"(?:\.venv/bin/|`)rongetong ([^\n`#)|…]+)")
TARGET = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
PROGRAM = typer.main.get_command(app)


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT_ROOT).as_posix()


def prose(path: Path) -> str:
    """The document without its blocks of code."""
    return BLOCKS.sub("", path.read_text(encoding="utf-8"))


def anchors(path: Path) -> set[str]:
    """What a link may name in this document: its headings, as the forge spells them."""
    headings = re.findall(r"^#+ +(.+?)\s*$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> Iterator[str]:
    for link in LINK.findall(prose(document)):
        place, _, anchor = unquote(link).partition("#")
        if "://" in place:
            continue
        target = (document.parent / place).resolve() if place else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def refusal_of(arguments: list[str]) -> str:
    """Why `rongetong` would not take these arguments; empty when it would. Nothing is run."""
    spoken, command = " ".join(arguments), PROGRAM
    while isinstance(command, TyperGroup):
        if not arguments or arguments[0] not in command.commands:
            return f"{spoken}: no such command"
        command, arguments = command.commands[arguments[0]], arguments[1:]
    try:
        command.make_context(spoken, list(arguments))
    except TyperException as refusal:
        return f"{spoken}: {refusal}"
    return ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(document: Path) -> None:
    assert list(broken_links(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_is_one(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    refusals = [refusal_of(shlex.split(line)) for line in OURS.findall(text)]
    assert [refusal for refusal in refusals if refusal] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_target_of_make_is_one(document: Path) -> None:
    known = set(re.findall(r"^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(TARGET.findall(document.read_text(encoding="utf-8"))) <= known


def test_a_broken_document_is_noticed(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text(
        "# 一 One, two\n[a](page.md#一-one-two) [b](#一-one-two) [c](gone.md) [d](#三)\n", encoding="utf-8"
    )
    assert list(broken_links(document)) == ["gone.md", "#三"]
    assert refusal_of(["keys", "create", "--role", "desk", "--label", "x"]) == ""
    for line in ("key create", "keys create --label x", "keys create --role nobody --label x", "reconcile --all"):
        assert refusal_of(line.split())
