"""Entry point of the `rongetong` command."""

from __future__ import annotations

import os

from deployments.prefect_server import client_environment
from settings import get_settings


def main() -> None:
    """Run the command. Prefect reads its environment once, when first imported: it is set before anything imports it."""
    os.environ.update(client_environment(get_settings()))
    from cli.app import app  # noqa: PLC0415

    app()
