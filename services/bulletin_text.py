"""A bulletin as Markdown, with who issued it; `gateways.bulletin_files` writes the same as documents."""

from __future__ import annotations

from collections.abc import Iterator

from domain.calendar import in_words
from models.bulletins import BulletinContent, Cell, Section


def heading_of(content: BulletinContent, number: str | None) -> list[str]:
    """The lines under the title."""
    return [
        *([number] if number else ["草稿，未签发，不得外传"]),
        f"{content.period}，截至 {in_words(content.as_of)}(北京时间)，规则版本 {content.policy_version}",
    ]


def markdown_of(content: BulletinContent, number: str | None, opinion: str) -> str:
    """The whole bulletin but its annexes, of which it tells how long they are."""
    lines = [f"# {content.title}", ""]
    for line in heading_of(content, number):
        lines += [line, ""]
    if opinion:
        lines += [f"> 签发意见：{_plain(opinion)}", ""]
    for section in content.sections:
        lines += _section(section)
    annexes = "、".join(f"{annex.title}({len(annex.rows)}件)" for annex in content.annexes)
    return "\n".join([*lines, f"附件：{annexes}", ""])


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {section.title}", "")
    for paragraph in section.paragraphs:
        yield from (_plain(paragraph), "")
    if section.table is not None:
        yield _row(section.table.columns)
        yield "|" + "---|" * len(section.table.columns)
        yield from map(_row, section.table.rows)
        yield ""


def _row(cells: list[Cell] | list[str]) -> str:
    return "| " + " | ".join("" if cell is None else _plain(str(cell)).replace("|", "\\|") for cell in cells) + " |"


def _plain(text: str) -> str:
    return text.replace("\n", " ")
