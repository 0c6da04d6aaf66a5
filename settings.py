"""The only reader of the environment: every setting, its default and its meaning. `.env.example` shows them."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent
_TILES = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?/(?=.*\{z\})(?=.*\{x\})(?=.*\{y\})[^\s\"'<>;,]*")
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """Read from `RONGETONG_…` variables and, beneath them, from a `.env` file in the project's root."""

    model_config = SettingsConfigDict(env_prefix="RONGETONG_", env_file=PROJECT_ROOT / ".env", extra="ignore")

    data_dir: Path = Field(PROJECT_ROOT / "var", description="Where the embedded databases, logs and secrets live.")
    policy_dir: Path = Field(PROJECT_ROOT / "policy", description="The district's rules as files.")
    database_url: str = Field("", description="Our ledger. Empty: SQLite in the data directory.")
    prefect_database_url: str = Field("", description="Prefect's own database. Empty: SQLite in the data directory.")
    host: str = Field("127.0.0.1", description="Address the API listens on.")
    prefect_host: str = Field(
        "127.0.0.1",
        description="Address the Prefect server listens on. Its API and UI can do anything and ask nobody for "
        "a name: open it with `prefect_auth_string` only, or behind a proxy that asks.",
    )
    prefect_auth_string: SecretStr = Field(
        SecretStr(""), description="`user:password` that the Prefect server, its UI and its clients use. Empty: none."
    )
    api_port: int = Field(8480, ge=1, le=65535)
    prefect_port: int = Field(4200, ge=1, le=65535)
    prefect_url: str = Field("", description="An already running Prefect API. Empty: the one `make up` starts.")
    work_pool: str = Field("rongetong", description="Prefect work pool the petition flow is deployed to.")
    worker_concurrency: int = Field(20, ge=1, description="Flow runs one in-process worker runs at the same time.")
    worker_poll_seconds: float = Field(
        2.0, gt=0, description="How often the worker asks Prefect for runs that are due."
    )
    worker_grace_seconds: float = Field(20.0, ge=0, description="How long a worker that is stopped waits for its runs.")
    reconcile_seconds: int = Field(300, ge=10, description="How often reconcile compares the ledger with Prefect.")
    invariants_seconds: int = Field(3600, ge=60, description="How often what must always hold is checked.")
    # Longer than any client retries, and not for ever: an answer may hold what somebody reported and how to reach them.
    replies_hours: int = Field(
        48, ge=1, le=168, description="How long the answer to an Idempotency-Key is kept for a repeated request."
    )
    notices_seconds: int = Field(30, ge=1, description="How often owed notices are sent.")
    topics_seconds: int = Field(21_600, ge=60, description="How often hot topics are looked for.")
    channels_file: Path | None = Field(
        None, description="Apprise addresses of the recipients (secret). Empty: channels.yaml in the data directory."
    )

    person_key_file: Path | None = Field(
        None,
        description="Key by which petitioners are told apart without naming them (secret); every machine that works "
        "with the ledger needs the same. Empty: person.key in the data directory, made at first use.",
    )

    session_idle_minutes: int = Field(30, ge=1, le=480, description="A session of the pages nobody used so long ends.")
    session_hours: int = Field(12, ge=1, le=24, description="No session of the pages lasts longer.")
    sign_in_failures: int = Field(5, ge=3, le=100, description="Failures to sign in before an account has to wait.")
    sign_in_address_failures: int = Field(
        30, ge=3, le=10_000, description="The same for an address; a whole office may share one."
    )
    sign_in_lock_minutes: int = Field(15, ge=1, le=1440, description="How long whoever failed too often waits.")

    sign_in_history_days: int = Field(
        400, ge=184, description="How long sign-ins stay on record (《网络安全法》第二十一条: six months at least)."
    )

    public_url: str = Field(
        "",
        pattern=r"^(https?://[^/?#\s]+)?$",
        description="Address of the pages as browsers know it, as in links from Prefect's UI. Empty: no such links.",
    )
    prefect_public_url: str = Field(
        "",
        pattern=r"^(https?://[^?#\s]*[^/?#\s])?$",
        description="Address of Prefect's UI as operators' browsers know it. Empty: the pages link to no run.",
    )

    oidc_issuer: str = Field("", description="The district's identity provider (OpenID Connect). Empty: none.")
    oidc_client_id: str = Field("", description="What the provider calls this platform.")
    oidc_client_secret_file: Path | None = Field(
        None, description="File that holds the secret given by the provider. Empty: a public client."
    )
    oidc_name: str = Field("统一身份认证", description="How the provider is called on the page for signing in.")
    oidc_scope: str = Field("openid profile", description="What the provider is asked for.")
    oidc_login_claim: str = Field("preferred_username", description="The claim with the name somebody signs in with.")
    oidc_role_claim: str = Field(
        "", description="The claim with their roles. Empty: accounts are opened by operators alone."
    )
    oidc_roles: dict[str, str] = Field({}, description="From values of that claim to roles of ours, as JSON.")
    oidc_unit_claim: str = Field("", description="The claim with their unit.")
    oidc_units: dict[str, str] = Field(
        {}, description="From values of that claim to units' codes, as JSON. Empty: the value is the code."
    )

    identity_keys_file: Path | None = Field(
        None,
        description="Keys that open who petitioners are (secret); every machine that works with the ledger needs the "
        "same, and a backup beside the ledger's. Empty: identity.keys in the data directory, made at first use.",
    )

    files_dir: Path | None = Field(
        None,
        description="Photos and documents that people send along; to back up, and every machine that works with the "
        "ledger needs the same. Empty: files in the data directory.",
    )
    files_reserve_mib: int = Field(
        1024, ge=0, description="What is left free on the disk of these files, so that the ledger can go on writing."
    )

    map_tiles_url: str = Field(
        "",
        description="Pictures beneath the map, such as `https://tiles.example.cn/{z}/{x}/{y}.png`; browsers of whoever "
        "looks at the map then ask that host, and no other. Empty: none, and no page asks anybody but us.",
    )
    map_tiles_crs: Literal["wgs84", "gcj02"] = Field(
        "wgs84", description="The coordinate system in which these pictures were drawn: wgs84 or gcj02."
    )
    map_tiles_credit: str = Field("", description="Whose the pictures are, and their approval number (审图号): shown.")

    crash_at: str = Field("", description="Only for kill tests: the named point at which this process dies.")

    @field_validator("map_tiles_url")
    @classmethod
    def _is_pattern(cls, url: str) -> str:
        if url and not _TILES.fullmatch(url):
            raise ValueError("应为 http(s) 地址，含 {z}、{x}、{y}，如 https://tiles.example.cn/{z}/{x}/{y}.png")
        return url

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        """Half a configuration would send people to a provider that cannot send them back."""
        if not self.oidc_issuer:
            return self
        found = urlsplit(self.oidc_issuer)
        if found.scheme != "https" and not (found.scheme == "http" and found.hostname in _LOOPBACK):
            raise ValueError("RONGETONG_OIDC_ISSUER 须是 https 地址")
        needed = {"RONGETONG_OIDC_CLIENT_ID": self.oidc_client_id, "RONGETONG_PUBLIC_URL": self.public_url}
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise ValueError(f"设了 RONGETONG_OIDC_ISSUER，还须设 {'、'.join(missing)}")
        return self

    @property
    def ledger_url(self) -> str:
        """SQLAlchemy URL of the ledger; PostgreSQL goes through psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir / 'rongetong.db'}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def prefect_ledger_url(self) -> str:
        """SQLAlchemy URL of Prefect's database; its server needs the asynchronous drivers."""
        if not self.prefect_database_url:
            return f"sqlite+aiosqlite:///{self.data_dir / 'prefect.db'}"
        return self.prefect_database_url.replace("postgresql://", "postgresql+asyncpg://", 1)

    @property
    def prefect_api_url(self) -> str:
        return self.prefect_url or f"http://{reachable(self.prefect_host)}:{self.prefect_port}/api"

    @property
    def person_key_path(self) -> Path:
        return self.person_key_file or self.data_dir / "person.key"

    @property
    def identity_keys_path(self) -> Path:
        return self.identity_keys_file or self.data_dir / "identity.keys"

    @property
    def files_path(self) -> Path:
        return self.files_dir or self.data_dir / "files"

    @property
    def channels_path(self) -> Path:
        return self.channels_file or self.data_dir / "channels.yaml"


def reachable(host: str) -> str:
    """Where a server that listens on `host` answers on its own machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - it is compared, not listened on


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
