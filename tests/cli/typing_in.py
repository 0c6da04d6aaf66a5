"""Typing a command, as an operator does."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from cli.app import app


def run(*words: object, given: str | None = None) -> Result:
    """What comes of the command; it may end with any code, but must not break. `given` is typed when it asks."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result
