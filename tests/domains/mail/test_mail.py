"""Mails: written with what causes them, sent once by a task, refused kind by kind, and looked at in development."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from tests.domains.mail.smtp import mail_server
from tests.factories import bearer, make_company, make_user

from talentsphere.app import create_app
from talentsphere.cli import main
from talentsphere.db.base import now
from talentsphere.domains.accounts.models import User
from talentsphere.domains.handlers import HANDLERS
from talentsphere.domains.mail.kinds import MAILS, MailKind
from talentsphere.domains.mail.letters import greeting
from talentsphere.domains.mail.models import Mail
from talentsphere.domains.mail.queries import add_mail, prune_mails
from talentsphere.domains.mail.unsubscribing import unsubscribe_link
from talentsphere.settings import Secret
from talentsphere.tasks.models import Task
from talentsphere.tasks.worker import Worker

ADA = {"email": "ada@example.org", "password": "correct horse battery", "full_name": "Ada <b>Lovelace"}


@pytest.fixture
def work(app):
    """Work off what is due, with a mail server or without."""

    def run(server=None):
        settings = app.extensions["talentsphere.settings"]
        app.extensions["talentsphere.settings"] = replace(settings, smtp_url=Secret(server.url) if server else None)
        try:
            return Worker(app.app_context, HANDLERS).run_due()
        finally:
            app.extensions["talentsphere.settings"] = settings

    return run


@pytest.fixture
def news(monkeypatch):
    """A kind of mail that one may refuse."""
    monkeypatch.setitem(MAILS, "invitation", MailKind("News of {company}", transactional=False))


def mails(database) -> list[Mail]:
    with database.reading() as session:
        return list(session.scalars(select(Mail).order_by(Mail.id)))


def make_due(database) -> None:
    with database.writing() as session:
        for task in session.scalars(select(Task).where(Task.status == "queued")):
            task.run_at = now()


def register(client) -> None:
    assert client.post("/api/v1/auth/register", json=ADA).status_code == 201


def write_news(database, user, company="Viamo") -> None:
    values = {"company": company, "role": "interviewer", "link": "https://example.org"}
    with database.writing() as session:
        add_mail(session, user.email, "invitation", values, user.id)


def test_without_a_server_a_mail_is_kept_to_be_looked_at(client, database, work):
    register(client)
    assert [mail.status for mail in mails(database)] == ["queued"]
    assert work() == 1
    (mail,) = mails(database)
    assert (mail.status, mail.sent_at, "#token=" in mail.values["link"]) == ("kept", None, True)


def test_a_mail_is_sent_once_as_text_and_html_and_its_secret_is_forgotten(client, database, work):
    register(client)
    with mail_server() as server:
        assert (work(server), work(server)) == (1, 0)
    (message,) = server.messages
    assert (message["To"], message["Subject"]) == ("ada@example.org", "Confirm your address")
    assert message["From"] == "TalentSphere <no-reply@localhost>"
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert re.search(r"http://localhost:5001/verify-email#token=\S{43}\s", text)
    assert "Hello Ada &lt;b&gt;Lovelace," in html
    assert message["List-Unsubscribe"] is None
    (mail,) = mails(database)
    assert (mail.status, mail.values, mail.sent_at is None) == ("sent", {}, False)


def test_the_same_mail_has_the_same_message_id_after_a_crash(client, database, work):
    register(client)
    with mail_server() as server:
        server.answers = [451]
        work(server)
        assert [mail.status for mail in mails(database)] == ["queued"]
        make_due(database)
        work(server)
    first, second = (message["Message-ID"] for message in server.messages)
    assert first == second
    assert re.fullmatch(r"<[0-9a-f-]{36}@localhost>", first)


def test_a_server_that_is_gone_is_tried_again_later(client, database, work):
    register(client)
    with mail_server() as server:
        pass
    server.server_close()
    work(server)
    with database.reading() as session:
        task = session.scalars(select(Task)).one()
    assert (task.status, task.error) == (
        "queued", "TaskFailed: the mail server cannot be reached: ConnectionRefusedError",
    )  # fmt: skip


def test_a_mail_that_no_server_takes_is_not_tried_again(client, database, work):
    register(client)
    with mail_server() as server:
        server.answers = [550]
        work(server)
    (mail,) = mails(database)
    assert (mail.status, mail.error, mail.values) == ("refused", "the mail server answered 550", {})
    with database.reading() as session:
        assert session.scalars(select(Task.status)).one() == "done"


def test_every_kind_of_mail_of_accounts_reads_well(client, database, work):
    register(client)
    register(client)
    client.post("/api/v1/auth/password/forgot", json={"email": ADA["email"]})
    recruiter = bearer(make_user("recruiter", make_company("Ärzte & Co\r\nBcc: eve"), email="rec@example.org"))
    invited = {"email": "grace@example.org", "role": "hiring_manager"}
    assert client.post("/api/v1/companies/1/invitations", json=invited, headers=recruiter).status_code == 201
    with mail_server() as server:
        work(server)
    assert [message["Subject"] for message in server.messages] == [
        "Confirm your address", "You have an account already", "Choose a new password",
        "Ärzte & Co Bcc: eve invites you to TalentSphere",
    ]  # fmt: skip
    html = server.messages[-1].get_body(("html",)).get_content()
    assert "as hiring manager." in html
    assert "Ärzte &amp; Co" in html
    assert all("http://localhost:5001/" in message.get_body(("plain",)).get_content() for message in server.messages)


@pytest.mark.parametrize("name", ["http://evil.example", "www.evil.example", "a@b", "x/y", "", None])
def test_a_name_that_looks_like_a_link_is_not_greeted(name):
    assert greeting(name) is None
    assert greeting("Ada Lovelace") == "Ada Lovelace"


def test_a_refused_kind_is_not_sent_and_others_are(client, database, work, news):
    ada = make_user()
    with mail_server() as server:
        write_news(database, ada)
        work(server)
        link = server.messages[0]["List-Unsubscribe"].strip("<>")
        assert server.messages[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        path = link.removeprefix("http://localhost:5001")
        assert "No more mails like this" in client.get(path).text
        one_click = client.post(
            path, data="List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
        )
        assert one_click.status_code == 200
        write_news(database, ada)
        client.post("/api/v1/auth/password/forgot", json={"email": ada.email})
        work(server)
    assert [mail.status for mail in mails(database)] == ["sent", "unwanted", "sent"]
    assert [message["Subject"] for message in server.messages] == ["News of Viamo", "Choose a new password"]
    with database.reading() as session:
        assert session.get(User, ada.id).preferences == {"mail_invitation": False}


def test_looking_at_the_link_refuses_nothing(app, client, database, news):
    ada = make_user()
    path = unsubscribe_link(app.extensions["talentsphere.settings"], ada.id, "invitation").removeprefix(
        "http://localhost:5001"
    )
    assert client.get(path).status_code == 200
    with database.reading() as session:
        assert session.get(User, ada.id).preferences == {}


@pytest.mark.parametrize("token", ["1.invitation.AAAAAAAAAAAAAAAAAAAAAA", "1.nothing.x", "x", "١.invitation.x"])
def test_a_link_that_is_not_ours_is_404(client, database, news, token):
    make_user()
    assert client.post("/mail/unsubscribe", query_string={"token": token}).status_code == 404


def test_a_link_is_good_for_its_person_and_kind_alone(app, client, database, news):
    link = unsubscribe_link(app.extensions["talentsphere.settings"], 1, "invitation")
    for changed in (link.replace("=1.", "=2."), link.replace("invitation", "verify_email")):
        assert client.post(changed.removeprefix("http://localhost:5001")).status_code == 404


def test_old_mails_are_forgotten(client, database, work):
    register(client)
    with database.writing() as session:
        assert prune_mails(session, now(), 10) == 0
        mails_at = session.scalars(select(Mail)).one()
        mails_at.created_at = now().replace(year=2020)
        session.flush()
        assert prune_mails(session, now(), 10) == 1


def test_the_outbox_is_a_page_in_development(client, database, work):
    register(client)
    work()
    page = client.get("/dev/outbox")
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert "Confirm your address" in page.text
    mail = client.get("/dev/outbox/1").text
    assert re.search(r'<a href="http://localhost:5001/verify-email#token=\S{43}"', mail)
    assert "<b>Lovelace" not in mail
    assert client.get("/dev/outbox/2").status_code == 404


@pytest.mark.parametrize(
    "asked", [{"environ_base": {"REMOTE_ADDR": "192.0.2.7"}}, {"headers": {"Host": "evil.example"}}]
)
def test_nobody_else_reads_the_outbox(client, database, asked):
    assert client.get("/dev/outbox", **asked).status_code == 404


def test_production_has_no_outbox_page(make_settings, database):
    production = create_app(make_settings(TALENTSPHERE_ENV="production", SECRET_KEY=secrets.token_urlsafe(48)))
    assert production.test_client().get("/dev/outbox").status_code == 404


def test_the_command_shows_mails(client, database, work, app, monkeypatch):
    register(client)
    work()
    settings = app.extensions["talentsphere.settings"]
    monkeypatch.setenv("DATABASE_URL", settings.database_url.value())
    monkeypatch.setenv("TALENTSPHERE_HOME", str(settings.home))
    monkeypatch.setenv("SECRET_KEY", settings.secret_key.value())
    listed = CliRunner().invoke(main, ["outbox", "list", "--json"], catch_exceptions=False)
    shown = CliRunner().invoke(main, ["outbox", "show", "1"], catch_exceptions=False)
    whole = CliRunner().invoke(main, ["outbox", "show", "1", "--json"], catch_exceptions=False)
    assert json.loads(listed.stdout)["recipient"] == "ada@example.org"
    assert "Subject: Confirm your address" in shown.stdout
    assert "#token=" in json.loads(whole.stdout)["text"]
    assert CliRunner().invoke(main, ["outbox", "show", "7"]).exit_code == 1
