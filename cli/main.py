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
        found = [f"RONGETONG_{'.'.join(map(str, one['loc'])).upper()} {one['msg']}" for one in wrong.errors()]
        sys.exit(f"设置有误，请改正 .env 或环境变量 these settings are wrong: {'; '.join(found)}")
    except OSError as failure:
        sys.exit(f"数据目录不可用，请检查 RONGETONG_DATA_DIR the data directory cannot be used: {failure}")
    from cli.app import app

    app()
