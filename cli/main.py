"""Entry point of the `rongetong` command."""

from __future__ import annotations

from deployments.prefect_server import adopt_client_environment
from settings import get_settings


def main() -> None:
    """Run the command."""
    adopt_client_environment(get_settings())
    from cli.app import app

    app()
