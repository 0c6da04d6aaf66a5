"""Entry point of the `rongetong` command."""

from __future__ import annotations

import sys

from pydantic import ValidationError

from deployments.prefect_server import adopt_client_environment
from settings import get_settings


def main() -> None:
    """Run the command."""
    try:
        adopt_client_environment(get_settings())
    except ValidationError as wrong:
        # Not what was filled in: it may be a password.
        found = [_said(one["loc"], one["msg"]) for one in wrong.errors()]
        sys.exit(f"设置有误，请改正 .env 或环境变量 these settings are wrong: {'; '.join(found)}")
    except OSError as failure:
        sys.exit(f"数据目录不可用，请检查 RONGETONG_DATA_DIR the data directory cannot be used: {failure}")
    from cli.app import app

    app()


def _said(loc: tuple[int | str, ...], reason: str) -> str:
    """Which setting is wrong and why; what concerns several names them itself."""
    return f"RONGETONG_{'.'.join(map(str, loc)).upper()} {reason}" if loc else reason.removeprefix("Value error, ")
