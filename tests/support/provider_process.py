"""Canaille, an identity provider of its own, as a process: run by the Python of `.provider`, where it is installed.

Its argument is a JSON file: port, keys, clients, people. Started again it has forgotten what it
did; started with other keys it is a provider that changed them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import canaille  # type: ignore[import-not-found, unused-ignore]
from canaille.app import models  # type: ignore[import-not-found, unused-ignore]
from canaille.backends import Backend  # type: ignore[import-not-found, unused-ignore]
from werkzeug.serving import make_server  # type: ignore[import-not-found, unused-ignore]


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    database = Path(sys.argv[1]).with_suffix(".db")
    database.unlink(missing_ok=True)
    app = canaille.create_app(
        config={
            "SECRET_KEY": "of the tests",
            "SERVER_NAME": f"127.0.0.1:{given['port']}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"FORCE_HTTPS": False, "JAVASCRIPT": False, "DATABASE": "sql"},
            "CANAILLE_SQL": {
                "DATABASE_URI": f"sqlite:///{database}",
                "PASSWORD_HASH_PARAMS": {"pbkdf2_sha512__rounds": 1000},
            },
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": given["keys"],
                "USERINFO_MAPPING": {"PREFERRED_USERNAME": "{{ user.user_name }}"},
            },
        }
    )
    with app.app_context(), Backend.instance.session():
        fill(given)
    make_server("127.0.0.1", given["port"], app, threaded=True).serve_forever()


def fill(given: dict[str, list[dict[str, object]]]) -> None:
    """Who and what the provider knows."""
    backend = Backend.instance
    for client in given["clients"]:
        made = models.Client(
            **client, response_types=["code"], grant_types=["authorization_code"], scope=["openid", "profile", "groups"]
        )
        backend.save(made)
        made.audience = [made]
        backend.save(made)
    groups: dict[str, list[object]] = {}
    for person in given["people"]:
        in_groups = person.pop("groups", [])
        user = models.User(formatted_name=person["user_name"], family_name=person["user_name"], **person)
        backend.save(user)
        for name in in_groups if isinstance(in_groups, list) else []:
            groups.setdefault(name, []).append(user)
    for name, members in groups.items():
        backend.save(models.Group(display_name=name, members=members))


if __name__ == "__main__":
    main()
