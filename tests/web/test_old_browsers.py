"""Our own scripts and sheets are read by the oldest browsers we name: Chromium 66 and Safari 12 (ADR 0038).

A script that does not parse is no script at all: whoever opens the form in WeChat on an old telephone would lose the
photos that are made smaller and the position. What came later than these browsers is refused here by its looks.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from settings import PROJECT_ROOT
from tests.support.pages import Visitor

STATIC = PROJECT_ROOT / "web" / "static"
OURS = sorted(path for path in STATIC.glob("*.js") if ".min." not in path.name)
SHEETS = sorted(STATIC.glob("*.css"))
GUARDED = "  if (form.requestSubmit) {\n    form.requestSubmit(button);\n  }"
LATER = {
    r"\?\.(?!\d)": "optional chaining, Chromium 80",
    r"\?\?": "nullish coalescing, Chromium 80",
    r"(\|\||&&)=": "logical assignment, Chromium 85",
    r"\bcatch\s*\{": "catch without a binding, not on every Safari 12",
    r"\d_\d": "numeric separators, Chromium 75",
    r"\b\d+n\b": "BigInt, Chromium 67",
    r"(?<![\w$])#\w+\s*[=(;]": "private members, Chromium 74",
    r"\bawait\s+(?=import\b)|^\s*import\s": "modules",
    r"\.replaceChildren\(": "Chromium 86",
    r"\.(flat|flatMap)\(": "Chromium 69",
    r"\.toggleAttribute\(": "Chromium 69",
    r"\.(at|findLast|replaceAll|matchAll|allSettled|toSorted|groupBy)\(": "Chromium 73 and later",
    r"\b(structuredClone|queueMicrotask|globalThis|fromEntries)\b": "Chromium 71 and later",
    r"\.checkVisibility\(": "Chromium 105",
    r"\.requestSubmit\(": "Chromium 76, Safari 16: `send` of page.js",
    r'(querySelector\w*|closest|each|fresh)\([^)]*:(has|is|where)\(|:not\([^)"\']*,': "selectors of Chromium 88",
}
"""What a browser of 2018 cannot read or has not, and from when on it can."""


def complaints(text: str) -> list[str]:
    """What of the script came later than the browsers we name, and when."""
    found = [(why, re.search(pattern, text, re.MULTILINE)) for pattern, why in LATER.items()]
    return [f"{why}: {what[0]}" for why, what in found if what]


@pytest.mark.parametrize("script", OURS, ids=lambda path: path.name)
def test_a_script_asks_for_nothing_that_came_later(script: Path) -> None:
    code = re.sub(r"^\s*//.*$", "", script.read_text("utf-8"), flags=re.MULTILINE)
    assert complaints(code.replace(GUARDED, "")) == []


@pytest.mark.parametrize(
    "later",
    ["a?.b", "a ?? b", "try { a(); } catch { b(); }", "list.replaceChildren(a)", "button.form.requestSubmit(button)",
     "all.flatMap(use)", 'document.querySelector("p:has(a)")', 'event.target.closest("input:not([a], [b])")'],
)  # fmt: skip
def test_what_came_later_is_seen(later: str) -> None:
    assert complaints(later) != []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_no_rule_of_a_sheet_is_lost_with_one_new_selector(sheet: Path) -> None:
    """A list in `:not()` is unknown before Chromium 88, and with it every selector beside it is thrown away."""
    assert re.findall(r":(?:not|is|where)\([^)]*,[^)]*\)", sheet.read_text("utf-8")) == []


def test_a_form_whose_scripts_do_not_parse_is_that_without_scripts(visitor: Visitor) -> None:
    """Nothing that a petitioner needs waits for a script to be shown, or stands where only `noscript` is read."""
    html = visitor.open("/").html
    assert "<noscript" not in html
    [photos] = re.findall(r'<input type="file" id="photos"[^>]*>', html)
    assert "hidden" not in photos


def test_photos_are_asked_for_as_telephones_understand_it(visitor: Visitor) -> None:
    """One kind, `image/*`: it opens album and camera, in WeChat too, and an iPhone turns its HEIC into JPEG for it."""
    html = visitor.open("/").html
    assert 'id="photos" name="photos" accept="image/*"' in html
    assert 'id="papers" name="photos" accept="application/pdf"' in html
