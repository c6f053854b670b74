"""What clients send stands in no log and no figure, and cannot forge a line of the log."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from tests.contract import document_of
from tests.drills.product import Line, instance
from tests.factories import PASSWORD, bearer, make_company, make_job, make_user

from talentsphere.api.examples import example_of

pytestmark = pytest.mark.server
EMAIL, PHONE = "kanarienvogel.81442@example.org", "+49-170-5550-81442"
SECRET, TOKEN = "geheim-kanari-81442-wort", "tsr_kanari81442kanari81442kanari81442kanari8"
CANARIES = (EMAIL, PHONE, SECRET, TOKEN, "kanari")
METHODS = ("get", "post", "put", "patch", "delete")
MONITORS = ("/metrics", "/api/performance", "/api/v1/health/metrics", "/health/detailed")
HOSTILE = "a\r\nforged\x1b[31m\u2028b\x85c"
SERVERS_OWN = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}\] \[\d+\] \[[A-Z]+\] ")


def requests_of(document: dict[str, Any], in_paths: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    """Give (method, target, body) of every operation, with canaries in its path, its query and its body."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            operation = item[method]
            names = [each["name"] for each in operation.get("parameters", ()) if each.get("in") == "query"]
            query = urlencode(dict.fromkeys([*names, "canary"], EMAIL))
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            body = None
            if content is not None:
                body = told(example_of(content["schema"], document["components"]["schemas"]))
            for canary in in_paths:
                target = re.sub(r"\{[^}]+\}", quote(canary, safe=""), path)
                yield method.upper(), f"{target}?{query}", body
            yield method.upper(), re.sub(r"\{[^}]+\}", "1", path), body


def told(value: Any, name: str = "") -> Any:
    """Return the example with a canary for each text."""
    if isinstance(value, dict):
        return {key: told(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [told(part, name) for part in value]
    if not isinstance(value, str):
        return value
    return EMAIL if "email" in name else SECRET if "password" in name else TOKEN if "token" in name else PHONE


def send_everything(
    port: int, document: dict[str, Any], callers: list[dict[str, str]], in_paths: tuple[str, ...]
) -> int:
    """Ask for everything as each caller, with canaries in the headers too; return how many answers were not 5xx."""
    line, answered = Line(port), 0
    shown = {
        "User-Agent": f"{EMAIL} {PHONE}", "Referer": f"https://a.example/?{TOKEN}", "Cookie": f"s={TOKEN}",
        "Idempotency-Key": TOKEN, "X-Request-ID": EMAIL, "If-None-Match": f'"{TOKEN}"', "X-Forwarded-For": PHONE,
    }  # fmt: skip
    for caller in callers:
        for method, target, body in requests_of(document, in_paths):
            answer = line.ask(method, target, body, **{"If-Match": "*", **shown, **caller})
            assert answer.status < 500, (method, target, answer.body)
            answered += 1
    line.close()
    return answered


def live_through_an_account(port: int) -> list[str]:
    """Register, sign in, be wrong, refresh, forget, change and sign out; return the secrets that were handed out."""
    line = Line(port)

    def post(path: str, body: Any, **headers: str):
        return line.ask("POST", f"/api/v2{path}", body, **headers)

    assert post("/auth/register", {"email": EMAIL, "password": SECRET, "full_name": PHONE}).status == 201
    post("/auth/register", {"email": EMAIL, "password": SECRET, "full_name": PHONE})
    post("/auth/login", {"email": EMAIL, "password": f"{SECRET}x"})
    post("/auth/password/forgot", {"email": EMAIL})
    post("/auth/password/reset", {"token": TOKEN, "password": SECRET})
    tokens = post("/auth/login", {"email": EMAIL, "password": SECRET}).json
    tokens = [tokens, post("/auth/refresh", {"refresh_token": tokens["refresh_token"]}).json]
    signed_in = {"Authorization": f"Bearer {tokens[1]['access_token']}"}
    assert line.ask("GET", "/api/v2/users/me", **signed_in).status == 200
    line.ask("PATCH", "/api/v2/users/me", {"phone": PHONE, "full_name": EMAIL}, **signed_in, If_Match="*")
    post("/users/me/password", {"old_password": SECRET, "new_password": f"{SECRET}-2"}, **signed_in)
    post("/auth/logout", None, **signed_in)
    line.close()
    return [one[name] for one in tokens for name in ("access_token", "refresh_token")]


def fail_everywhere(port: int, admin: dict[str, str]) -> None:
    line = Line(port)
    assert line.ask("POST", "/refused-row", {"email": f"other.{EMAIL}", "password": SECRET}).status == 500
    assert line.ask("POST", "/crash/here", {"email": EMAIL}, User_Agent=PHONE, **admin).status == 500
    assert line.ask("POST", f"/crash/{quote(HOSTILE.replace(chr(10), ''))}?{quote(HOSTILE)}", None).status == 500
    line.close()


def forge_lines(port: int) -> None:
    """Put what ends a line, or what a terminal obeys, into everything that a client may say."""
    line = Line(port)
    low = "a\x1b[31mforged\x85b"
    for target in (
        f"/api/v2/jobs/{quote(HOSTILE)}",
        f"/api/v2/jobs?{quote(HOSTILE)}={quote(HOSTILE)}",
        f"/{quote(HOSTILE)}",
    ):
        line.ask("GET", target)
    for name in (
        "User-Agent",
        "X-Request-ID",
        "Authorization",
        "Idempotency-Key",
        "Referer",
        "X-Forwarded-For",
        "Host",
    ):
        line.ask("POST", "/api/v2/auth/login", {"email": HOSTILE, "password": HOSTILE}, **{name: low})
    line.close()


def drilled(
    tmp_path,
    make_settings,
    engine: str = "sqlite",
    application: str = "tests.drills.crashing:app",
    *,
    whole: bool = False,
) -> tuple[str, list[str]]:
    """Send canaries everywhere; return all that the instance logged and measured, and all canaries.

    ``whole``: as four callers, with each canary in each path.
    """
    variables = {"RATE_LIMIT_ENABLED": "false", "SLOW_QUERY_MS": "0", "LOG_LEVEL": "DEBUG", "WORKERS": "2"}
    with instance(tmp_path, make_settings, engine, **variables) as found:
        with found.filling():
            company = make_company()
            make_job(company=company)
            callers = [bearer(make_user("admin")), bearer(make_user("recruiter", company)), {}]
            monitor = bearer(make_user("admin", password=PASSWORD))
        with found.serving(application, WORKERS="2") as server:
            secrets = live_through_an_account(server.port)
            forged = {"Authorization": f"Bearer {TOKEN}"}
            asking, in_paths = ([*callers, forged], (EMAIL, PHONE, TOKEN)) if whole else ([callers[0]], (EMAIL,))
            assert send_everything(server.port, document_of(found.app), asking, in_paths) > 100
            fail_everywhere(server.port, callers[0])
            forge_lines(server.port)
            line = Line(server.port)
            pages = [line.ask("GET", path, **monitor) for path in MONITORS]
            assert [page.status for page in pages] == [200] * len(MONITORS)
            line.close()
            server.stop()
            log = server.text()
    log = log[log.index("Listening at") :].partition("\n")[2]  # before it stands the configuration, line by line
    check_lines(log)
    assert log.count('"slow_query"') > 100
    files = [path.read_bytes().decode("latin-1") for path in (tmp_path / "run").rglob("*") if path.is_file()]
    own = [header.partition(" ")[2] for caller in callers for header in caller.values()]
    return "\n".join([log, *(page.body.decode() for page in pages), *files]), [*CANARIES, *secrets, *own]


def check_lines(log: str) -> None:
    """Every line is one that the server writes by itself, or one event in JSON; nothing in them is obeyed."""
    assert [char for char in set(log) if unicodedata.category(char) in ("Cc", "Zl", "Zp") and char != "\n"] == []
    strange = []
    for line in log.splitlines():
        if not SERVERS_OWN.match(line) and "event" not in as_object(line):
            strange.append(line)
    assert strange == []
    assert not re.search(r"^(forged|\W*forged)", log, re.M)


def as_object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def leaks(said: str, canaries: list[str]) -> dict[str, int]:
    return {canary: said.count(canary) for canary in canaries if canary in said}


BOTH = pytest.mark.parametrize("engine", ["sqlite", "postgresql"])


@BOTH
def test_nothing_that_clients_send_stands_in_logs_and_figures(tmp_path, make_settings, engine):
    assert leaks(*drilled(tmp_path, make_settings, engine)) == {}


@pytest.mark.full
@BOTH
def test_nothing_that_any_client_sends_anywhere_stands_in_logs_and_figures(tmp_path, make_settings, engine):
    said, canaries = drilled(tmp_path, make_settings, engine, whole=True)
    print(f"{len(said):,} characters of logs and figures, {len(canaries)} canaries: {leaks(said, canaries)}")
    assert leaks(said, canaries) == {}


def test_a_parameter_that_is_logged_would_be_found(tmp_path, make_settings):
    """The control."""
    found = leaks(*drilled(tmp_path, make_settings, application="tests.drills.chatty:app"))
    assert {EMAIL, PHONE, SECRET, TOKEN} <= found.keys()


@pytest.mark.parametrize("line", ["forged", "a\x1b[31m", '{"event":"x"}\u2028forged', "[not a time] x"])
def test_a_forged_line_would_be_found(line):
    """The control."""
    with pytest.raises(AssertionError):
        check_lines(f'{{"event":"seen"}}\n{line}\n')
