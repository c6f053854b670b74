"""Sixty tokens that somebody else made: none stands for anybody, and none is an error of ours."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from tests.factories import make_user, token_of

from talentsphere.db.base import now
from talentsphere.domains.accounts.tokens import derived_keys, fingerprint
from talentsphere.settings import Settings

S = int(now().timestamp())
PUBLIC_KEY = b"-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALRiMLAh9iimur8VA7qVvdqxevEuUkW4\n-----END"
DIGESTS = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
LACKING = ("iss", "aud", "sub", "sid", "ver", "iat", "exp", "jti")


def encoded(value: Any) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Forger:
    """Makes tokens like ours, but for what the test changes; knows our key, as only the last line of defence may."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        [self.key] = derived_keys(settings, "access token")
        self.claims = {
            "iss": urlsplit(settings.public_url).hostname,
            "aud": "talentsphere-api", "sub": "1", "sid": 1, "ver": 1, "iat": S,
            "exp": S + 900, "jti": "x",
        }  # fmt: skip
        self.header = {"alg": "HS256", "typ": "at+jwt", "kid": fingerprint(self.key)}

    def token(
        self, header: dict[str, Any] | None = None, key: bytes | None = None, signed: str = "HS256", **claims: Any
    ) -> str:
        """Return a token with other header fields, key or claims; None leaves one out."""
        head = {name: value for name, value in {**self.header, **(header or {})}.items() if value is not None}
        said = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        body = f"{encoded(head)}.{encoded(said)}"
        signature = hmac.digest(self.key if key is None else key, body.encode(), DIGESTS[signed]) if signed else b""
        return f"{body}.{encoded(signature)}"

    def unsigned(self, algorithm: str) -> str:
        return self.token({"alg": algorithm}, signed="")

    def all(self) -> dict[str, str]:
        """Return sixty forged tokens by what is wrong with each."""
        return {
            **self.of_other_algorithms(),
            **self.of_other_keys(),
            **self.with_other_headers(),
            **self.with_other_claims(),
            **self.out_of_shape(),
        }

    def of_other_algorithms(self) -> dict[str, str]:
        nothing = {f"alg {name}": self.unsigned(name) for name in ("none", "None", "NONE", "nOnE", "")}
        others = {f"alg {name} with our key": self.token({"alg": name}, signed=name) for name in ("HS384", "HS512")}
        claimed = {f"alg {name} by HMAC": self.token({"alg": name}, PUBLIC_KEY) for name in ("RS256", "ES256", "PS256")}
        return {**nothing, **others, **claimed, "no alg": self.token({"alg": None}), "alg 1": self.token({"alg": 1})}

    def of_other_keys(self) -> dict[str, str]:
        secret = self.settings.secret_key.value().encode()
        keys = {"empty": b"", "nul": b"\0", "public": PUBLIC_KEY, "SECRET_KEY itself": secret, "of another use": (
            derived_keys(self.settings, "refresh token")[0]), "kid": self.header["kid"].encode()}  # fmt: skip
        return {f"key {name}": self.token(key=key) for name, key in keys.items()}

    def with_other_headers(self) -> dict[str, str]:
        jwk = {"kty": "oct", "k": encoded(b"x" * 32)}
        chosen = {"jwk": jwk, "jku": "http://evil.example/keys", "x5u": "http://evil.example/key.pem", "x5c": ["MIIB"]}
        theirs = {f"{name} of theirs": self.token({name: value}, b"x" * 32) for name, value in chosen.items()}
        kids = ("nobody", "../../dev/null", "' OR 1=1 --", "/dev/null", "", "\0", 7, ["x"])
        named = {f"kid {kid!r}": self.token({"kid": kid}, b"") for kid in kids}
        types = {f"typ {typ}": self.token({"typ": typ}) for typ in ("JWT", "at", "rt+jwt", None, 5)}
        critical = {"crit": self.token({"crit": ["exp"]}), "no kid": self.token({"kid": None})}
        return {**theirs, **named, **types, **critical}

    def with_other_claims(self) -> dict[str, str]:
        others: dict[str, dict[str, Any]] = {
            "expired": {"exp": S - 1}, "not yet": {"nbf": S + 3600}, "iss": {"iss": "https://evil.example"},
            "aud": {"aud": "other"}, "aud list": {"aud": ["talentsphere-api", "other"]}, "sub": {"sub": "2"},
            "sub number": {"sub": 1}, "sub word": {"sub": "one"}, "sid": {"sid": 2}, "sid text": {"sid": "1"},
            "ver": {"ver": 2}, "ver true": {"ver": True}, "exp text": {"exp": "soon"}, "exp infinite": {"exp": 1e400},
            "huge sub": {"sub": "9" * 100},
        }  # fmt: skip
        lacking = {f"without {name}": self.token(**{name: None}) for name in LACKING}
        return {**{name: self.token(**claims) for name, claims in others.items()}, **lacking}

    def out_of_shape(self) -> dict[str, str]:
        good = self.token()
        head, body, signature = good.split(".")
        deep = encoded(b"[" * 100_000)
        return {
            "truncated": good[:-2], "no signature": f"{head}.{body}.", "two parts": f"{head}.{body}",
            "swapped": f"{body}.{head}.{signature}", "five parts": f"{good}.x.y", "1 MB": "x" * 1_000_000,
            "1 MB body": f"{head}.{'A' * 1_000_000}.{signature}", "deep": f"{head}.{deep}.{signature}",
            "no base64": f"{head}.§.{signature}", "list": f"{encoded([1])}.{body}.{signature}",
        }  # fmt: skip


@pytest.fixture
def forger(settings, database) -> Forger:
    """Two people, the first of whom is signed in: the claims of a forged token name that session."""
    token_of(make_user())
    make_user()
    return Forger(settings)


def ask(client, token: str) -> int:
    return client.get("/api/v1/users/me", environ_base={"HTTP_AUTHORIZATION": f"Bearer {token}"}).status_code


def test_every_forged_token_is_refused(client, forger):
    forged = forger.all()
    assert len(forged) >= 60

    assert {name: ask(client, token) for name, token in forged.items()} == dict.fromkeys(forged, 401)


def test_what_the_forger_makes_without_a_fault_is_accepted(client, forger):
    assert ask(client, forger.token()) == 200


def test_other_tokens_of_ours_are_no_access_tokens(client, forger):
    make_user(email="bob@example.org")
    body = {"email": "bob@example.org", "password": "correct horse battery"}
    refresh = client.post("/api/v1/auth/login", json=body).json["refresh_token"]

    assert ask(client, refresh) == 401


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_naive_reader_would_accept_many(forger):
    """The control: a reader that takes the algorithm from the header and looks at few claims."""
    accepted = set()
    for name, token in forger.all().items():
        try:
            head = jwt.get_unverified_header(token)
            checked = head["alg"] in DIGESTS
            jwt.decode(token, forger.key, [head["alg"]], {"verify_signature": checked, "verify_aud": False})
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, RecursionError):
            continue
        accepted.add(name)

    assert {"alg none", "alg HS512 with our key", "typ JWT", "iss", "without sid", "alg RS256 by HMAC"} <= accepted
