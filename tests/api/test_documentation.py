"""The description of the interface is true: every example is of its shape, every route says how it refuses.

That the answers themselves are of their documented shapes is held for all tests by `tests.api.contract`.
"""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from fastapi import Body, FastAPI

from api.documentation import describe
from api.errors import TITLES
from tests.api.contract import PROBLEM, PROBLEM_MEMBERS, document, validator

OPERATIONS = [
    (f"{method.upper()} {path}", operation)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
]
every_operation = pytest.mark.parametrize(
    "operation", [row[1] for row in OPERATIONS], ids=[row[0] for row in OPERATIONS]
)


def examples_of(media: dict[str, Any]) -> list[Any]:
    return [media["example"]] if "example" in media else [item["value"] for item in media.get("examples", {}).values()]


@every_operation
def test_every_body_has_an_example_of_its_shape(operation: dict[str, Any]) -> None:
    bodies = list(operation["responses"].values())
    if "requestBody" in operation:
        bodies.append(operation["requestBody"])
    for media in (media for body in bodies for kind, media in body["content"].items() if "json" in kind):
        schema = media["schema"]
        if schema.get("format") == "binary":
            continue  # a document to read, which no example shows
        shape = schema.get("$ref") or next(item["$ref"] for item in schema["anyOf"] if "$ref" in item)
        assert examples_of(media)
        for example in examples_of(media):
            assert [error.message for error in validator(shape).iter_errors(example)] == []


@every_operation
def test_every_refusal_is_a_problem_document(operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert "500" in operation["responses"]
    for status, answer in operation["responses"].items():
        if status.startswith("2") or PROBLEM not in answer["content"]:
            continue
        assert list(answer["content"]) == [PROBLEM]
        [example] = examples_of(answer["content"][PROBLEM])
        assert example.keys() == PROBLEM_MEMBERS
        assert (str(example["status"]), example["title"]) == (status, TITLES[example["status"]])
        assert not example["detail"].isascii()


def test_whoever_changes_something_is_told_all_that_may_be_refused() -> None:
    for name, operation in OPERATIONS:
        refused = {status for status in operation["responses"] if not status.startswith("2")}
        if name.startswith("POST"):
            assert refused >= {"403", "409", "413", "415", "422", "500", "503"}, name
        if name.startswith("POST /petitions/"):
            assert refused == {"401", "403", "404", "409", "413", "415", "422", "500", "503"}, name
        anonymous = "/progress/" in name or " /publications" in name or name == "POST /petitions"
        assert ("429" in refused) == anonymous, name


def test_a_field_without_an_example_is_found() -> None:
    app = FastAPI()

    @app.post("/things")
    def make(number: Annotated[int, Body(embed=True)]) -> None: ...

    describe(app)
    with pytest.raises(LookupError, match="without an example"):
        app.openapi()
