"""The district's identity provider, asked by OpenID Connect: authorization code with PKCE, discovery, its keys.

Authlib speaks the protocol; what is ours is what is asked, what is believed, and what is said when it is away.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pendulum import DateTime

import clock
from domain.errors import DomainError

logger = logging.getLogger(__name__)

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a key that only the provider has: `none` and shared secrets are not among them."""
_SECONDS = 5
_KEPT = dt.timedelta(hours=1)
_LEEWAY = 60
"""Seconds by which the clocks of two machines may differ."""


class ProviderAway(DomainError):
    """The provider does not answer, or with what is no OpenID Connect; passwords go on working."""

    code = "identity-provider-away"
    message = "统一身份认证暂时不可用。有平台密码的，请用账号和密码登录；没有的，请稍后再试"


class NotProven(DomainError):
    """What came back proves nothing: forged, too old, for somebody else, or used already."""

    code = "identity-not-proven"
    message = "统一身份认证的结果无法确认，没有登录。请重新登录；一再如此的，请告知平台运维"


@dataclass(frozen=True)
class Registration:
    """How this platform is known to the provider."""

    issuer: str
    client_id: str
    secret_file: Path | None
    """`None` for a public client, which PKCE alone protects."""
    public_url: str
    """The address of the pages as browsers know it, without a slash at the end."""
    scope: str = "openid profile"
    name: str = "统一身份认证"

    @property
    def back(self) -> str:
        """Where browsers come back to; to be registered at the provider."""
        return f"{self.public_url}/sign-in/provider/back"

    @property
    def signed_out(self) -> str:
        """Where browsers come back to after signing out there; to be registered, too."""
        return f"{self.public_url}/sign-in"


@dataclass(frozen=True)
class _Known:
    """What the provider said of itself, and when; taken over whole, so that nobody waits for another's question."""

    said: Mapping[str, Any]
    keys: KeySet
    at: DateTime

    def address(self, name: str) -> str:
        found = self.said.get(name)
        if not isinstance(found, str):
            raise _away(ValueError(f"it names no {name}"))
        return found


class OpenIdProvider:
    """One provider. What it says of itself is kept for an hour; a key that is not known is asked for at once."""

    def __init__(self, registration: Registration) -> None:
        self.registration = registration
        self._kept: _Known | None = None

    def address(self, state: str, nonce: str, verifier: str) -> str:
        """Where to send the browser. Raises `ProviderAway`."""
        known = self._known()
        with self._session(known) as session:
            url, _ = session.create_authorization_url(
                known.address("authorization_endpoint"), state=state, nonce=nonce, code_verifier=verifier
            )
        return str(url)

    def identify(self, code: str, nonce: str, verifier: str, wanted: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The proven claims about whoever came back with `code`; `wanted` are asked for once more if they are missing.

        Raises:
            ProviderAway: it does not answer.
            NotProven: it refuses the code, or its answer does not hold.
        """
        known = self._known()
        with self._session(known) as session:
            try:
                token = session.fetch_token(
                    known.address("token_endpoint"), grant_type="authorization_code", code=code, code_verifier=verifier
                )
            except OAuthError as refusal:
                logger.warning("the identity provider refused a code: %s", refusal.error)
                raise NotProven from None
            except (requests.RequestException, ValueError) as fault:
                raise _away(fault) from None
            if not isinstance(token.get("id_token"), str):
                raise NotProven
            claims = self.proven(token["id_token"], nonce, str(token.get("access_token", "")))
            if wanted - claims.keys():
                claims = _with_more(session, known, claims)
        return claims

    def proven(self, id_token: str, nonce: str, access_token: str = "") -> dict[str, Any]:
        """The claims of an ID token that was made by the provider, for us, now, and for this visit.

        Raises `NotProven`, `ProviderAway`.
        """
        known = self.registration
        try:
            decoded = self._decoded(id_token)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                {
                    "iss": {"essential": True, "value": known.issuer},
                    "aud": {"essential": True, "value": known.client_id},
                },
                {"nonce": nonce, "client_id": known.client_id, "access_token": access_token},
            )
            claims.validate(now=int(clock.now().timestamp()), leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError) as fault:
            logger.warning("an ID token was refused: %s", fault)
            raise NotProven from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise NotProven
        return dict(claims)

    def sign_out_address(self) -> str | None:
        """Where a browser ends its session at the provider, too; `None` where there is no such place."""
        try:
            end = self._known().said.get("end_session_endpoint")
        except ProviderAway:
            return None
        if not isinstance(end, str):
            return None
        ours = self.registration
        asked = {"client_id": ours.client_id, "post_logout_redirect_uri": ours.signed_out}
        return f"{end}{'&' if urlsplit(end).query else '?'}{urlencode(asked)}"

    def _decoded(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._known().keys, algorithms=_ALGORITHMS)
        except InvalidKeyIdError:
            # The provider changes its keys: ask once more, and believe nothing that the new ones do not say either.
            return jwt.decode(id_token, self._known(anew=True).keys, algorithms=_ALGORITHMS)

    def _known(self, *, anew: bool = False) -> _Known:
        """What the provider says of itself (discovery), and its keys."""
        now, kept = clock.now(), self._kept
        if kept is not None and not anew and now - kept.at < _KEPT:
            return kept
        issuer = self.registration.issuer
        with requests.Session() as session:
            said = _json_of(session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if said.get("issuer") != issuer:
                raise _away(ValueError(f"it calls itself {said.get('issuer')!r}, not {issuer!r}"))
            try:
                keys = KeySet.import_key_set(_json_of(session, str(said.get("jwks_uri"))))  # type: ignore[arg-type]
            except (JoseError, KeyError, TypeError) as fault:
                raise _away(fault) from None
        self._kept = _Known(said, keys, now)
        return self._kept

    def _session(self, known: _Known) -> OAuth2Session:
        ours, path = self.registration, self.registration.secret_file
        try:
            secret = path.read_text("utf-8").strip() if path else None
        except (OSError, UnicodeDecodeError) as fault:
            raise _away(fault) from None
        ways = known.said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return OAuth2Session(
            ours.client_id,
            secret,
            token_endpoint_auth_method=way if secret else "none",
            scope=ours.scope,
            redirect_uri=ours.back,
            code_challenge_method="S256",
            default_timeout=_SECONDS,
        )


def _with_more(session: OAuth2Session, known: _Known, claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with those that are given out at an address of their own, if they are of the same person."""
    if not isinstance(known.said.get("userinfo_endpoint"), str):
        return claims
    told = _json_of(session, known.address("userinfo_endpoint"))
    if told.get("sub") != claims["sub"]:
        raise NotProven
    return told | claims


def _json_of(session: requests.Session, address: str) -> dict[str, Any]:
    """Raises `ProviderAway` for everything that is no answer."""
    try:
        answer = session.get(address, timeout=_SECONDS, headers={"Accept": "application/json"})
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as fault:
        raise _away(fault) from None
    if not isinstance(found, dict):
        raise _away(ValueError("no object"))
    return found


def _away(fault: Exception) -> ProviderAway:
    """What happened stands in the log, which names no person; people are told what to do."""
    logger.warning("the identity provider cannot be used: %s: %s", type(fault).__name__, fault)
    return ProviderAway()
