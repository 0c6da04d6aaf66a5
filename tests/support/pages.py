"""A browser without scripts: it keeps cookies, reads forms out of pages, fills them in and sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
from fastapi.testclient import TestClient

from api.limits import Limits, Rate
from domain.actions import ROLE_LABELS, Role
from services import accounts
from services.context import Context
from tests.support.apps import site_on

UNLIMITED = Limits(registrations=Rate(10_000, 1), look_ups=Rate(10_000, 1), uploads=Rate(10_000, 1))


@dataclass
class ShownForm:
    """A form as a page shows it: where it goes, and its fields with their values."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)
    several: dict[str, list[str]] = field(default_factory=dict)
    """Every value of each name; a browser sends all of them."""

    def filled(self, fields: dict[str, str]) -> dict[str, str | list[str]]:
        """What a browser sends of it when it was filled in so."""
        several = {name: all_ for name, all_ in self.several.items() if len(all_) > 1 and name in self.fields}
        return {**self.fields, **several, **fields}

    def hold(self, name: str, value: str) -> None:
        """One more value that is sent under this name."""
        self.fields[name] = value
        self.several.setdefault(name, []).append(value)


class _Reader(HTMLParser):
    """Forms, and text that people see."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[ShownForm] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self._inside: ShownForm | None = None
        self._area: str | None = None
        self._select: str | None = None
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._silent = tag in {"script", "style", "title"}
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self._inside = ShownForm(given.get("action", ""))
            self.forms.append(self._inside)
        if self._inside is not None:
            self._take(tag, given.get("name", ""), given, self._inside)

    def _take(self, tag: str, name: str, given: dict[str, str], form: ShownForm) -> None:
        value = given.get("value", "")
        match tag:
            case "input" if given.get("type") in {"radio", "checkbox"}:
                form.options.setdefault(name, []).append(value)
                if "checked" in given:
                    form.hold(name, value)
            case "input" if name and given.get("type") not in {"image", "file"}:
                form.hold(name, value)
            case "textarea":
                self._area, form.fields[name] = name, ""
            case "select":
                self._select = name
                form.fields.setdefault(name, "")
            case "option" if self._select:
                form.options.setdefault(self._select, []).append(value)
                if "selected" in given:
                    form.fields[self._select] = value

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        if tag == "form":
            self._inside = None
        elif tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area is not None and self._inside is not None:
            self._inside.fields[self._area] += data
        if not self._silent:
            self.text.append(data)


class Page:
    """An answer as somebody sees it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self.status = answer.status_code
        self.html = answer.text
        self.path = answer.url.path
        reader = _Reader()
        reader.feed(answer.text)
        self.forms, self.links = reader.forms, reader.links
        self.text = re.sub(r"\s+", " ", " ".join(reader.text))

    def form(self, ending: str, number: int = 0) -> ShownForm:
        """The form whose address ends so."""
        found = [form for form in self.forms if form.action.endswith(ending)]
        assert len(found) > number, f"no form for {ending}: {[form.action for form in self.forms]}\n{self.text}"
        return found[number]


class Visitor:
    """Somebody with a browser, at the pages on `context`."""

    def __init__(self, context: Context, limits: Limits = UNLIMITED, client: TestClient | None = None) -> None:
        self.context = context
        self.client = client or TestClient(site_on(context, limits))

    def open(self, path: str) -> Page:
        return Page(self.client.get(path, headers={"Accept": "text/html,*/*"}))

    def send(self, form: ShownForm, **fields: str) -> Page:
        """Fill in the form and send it, as a browser does: unticked boxes are not sent."""
        said = form.filled(fields)
        return Page(self.client.post(form.action, data=said, headers={"Sec-Fetch-Site": "same-origin"}))

    def upload(self, form: ShownForm, *files: tuple[str, bytes], into: str = "file", **fields: str) -> Page:
        """Send the form with files, chosen in the input that is called `into`."""
        sent = [(into, (name, content, "application/octet-stream")) for name, content in files]
        return Page(self.client.post(form.action, data=form.filled(fields), files=sent))

    def report(self, text: str, **fields: str) -> Page:
        """What comes of reporting `text`; whoever is asked whether it is the same says that it is not."""
        page = self.send(self.open("/").form("/report"), text=text, **fields)
        if page.status == 200 and "是不是这件" in page.text:
            page = self.send(next(form for form in page.forms if form.fields.get("choice") == "own"))
        return page


def code_in(page: Page) -> str:
    """The query code of a receipt."""
    found = re.search(r"data-code>([^<]+)<", page.html)
    assert found, page.text
    return found[1]


GOOD_PASSWORD = "three lamps of guangji"


def signed_in(visitor: Visitor, role: Role, unit: str | None = None, name: str = "") -> Visitor:
    """The visitor, signed in with an account of their own that has its second password."""
    name = name or f"测试{ROLE_LABELS[role]}{unit or ''}"
    first = accounts.create_account(visitor.context, name, role, unit)
    page = visitor.send(visitor.open("/sign-in").form("/sign-in"), **credentials(name, first))
    assert page.path == "/account", page.text
    changed = visitor.send(page.form("/account"), former=first, new=GOOD_PASSWORD)
    assert "密码已改" in changed.text, changed.text
    return visitor


def credentials(name: str, password: str) -> dict[str, str]:
    """What the form for signing in asks for."""
    return {"account-name": name, "account-password": password}
