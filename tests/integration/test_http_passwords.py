"""A new password: changed by its owner, or by the link of a letter that works once, for an hour."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from flask_security.utils import hash_password

from sercom import models
from sercom.core.base import db
from sercom.entities.users.model import Language
from sercom.signin import mail
from tests.integration.test_http_second_step import PASSWORD, give_password, is_in, journal_of
from tests.pages import main_form, notices, send
from tests.support import Browser, World, make_user

NEW = "tournevis lampe canard"


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What was posted: to whom, about what, saying what."""
    posted: list[tuple[str, str, str]] = []
    monkeypatch.setattr(mail, "post", lambda user, subject, body: posted.append((user.email, subject, body)))
    return posted


@pytest.fixture
def person(world: World) -> models.User:
    """Somebody of the office who reads English."""
    with world.app.app_context():
        columns = {"email": f"{secrets.token_hex(4)}@example.org", "password": hash_password(PASSWORD)}
        user = make_user("office", language=Language.ENGLISH, name="Mary O’Neil", **columns)
        db.session.commit()
        db.session.refresh(user)
        db.session.expunge(user)
    return user


def ask(browser: Browser, email: str) -> Any:
    """Ask for a link."""
    return send(browser, main_form(browser.get("/reset")), "/reset", email=email)


def choose(browser: Browser, link: str, password: str = NEW, again: str | None = None) -> Any:
    """Follow the link and choose."""
    page = browser.get(link)
    return send(browser, main_form(page), link, password=password, password_confirm=again or password)


def test_a_link_gives_a_new_password_once(browser: Browser, world: World, person: models.User, letters: list[Any]):
    theirs = Browser(world.app).sign_in(person.id)
    ask(browser, person.email.upper())
    ((to, subject, body),) = letters
    assert (to, subject) == (person.email, "Choose a new password")
    assert "Hello Mary O’Neil," in body
    assert "one hour" in body
    link = re.search(r"/reset/\S+", body)
    assert link is not None
    short = choose(browser, link[0], "trop court")
    assert "password" in main_form(short).errors
    unlike = choose(browser, link[0], NEW, NEW + "s")
    assert "password_confirm" in main_form(unlike).errors
    assert choose(browser, link[0]).location.endswith("/login")
    assert not is_in(theirs)
    assert give_password(browser, person).status_code == 200  # the old one
    send(browser, main_form(browser.get("/login")), "/login", email=person.email, password=NEW)
    assert is_in(browser)
    assert browser.get(link[0]).location.endswith("/reset")
    assert browser.post(link[0], {"password": PASSWORD, "password_confirm": PASSWORD}).location.endswith("/reset")
    assert letters[1][1] == "Your password was changed"
    assert journal_of(world, person.id) == ["password_reset"]


def test_a_link_dies_after_an_hour(
    browser: Browser, person: models.User, letters: list[Any], monkeypatch: pytest.MonkeyPatch
):
    ask(browser, person.email)
    link = re.search(r"/reset/\S+", letters[0][2])
    assert link is not None
    serializer = browser.app.extensions["security"].reset_serializer
    now = serializer.make_signer(serializer.salt).get_timestamp()
    monkeypatch.setattr("itsdangerous.TimestampSigner.get_timestamp", lambda _signer: now + 3601)
    assert browser.get(link[0]).location.endswith("/reset")
    assert notices(browser.get("/reset")) == ["Ce lien a plus d’une heure. Demandez-en un autre."]


def test_the_answer_tells_nothing_of_who_has_an_account(
    browser: Browser, world: World, person: models.User, letters: list[Any]
):
    switched_off = world.get(models.User, world.user("office", active=False), "email")
    answers = {}
    for email in (person.email, "nobody@example.org", switched_off):
        answer = ask(browser, email)
        answers[email] = (answer.status_code, notices(answer), main_form(answer).errors)
        assert main_form(answer).data["email"] == email
    assert len({repr(answer) for answer in answers.values()}) == 1
    assert [to for to, _subject, _body in letters] == [person.email]


def test_a_password_is_changed_with_the_present_one(
    browser: Browser, world: World, person: models.User, letters: list[Any]
):
    elsewhere = Browser(world.app).sign_in(person.id)
    give_password(browser, person)
    url = "/admin/account/password"
    for typed, wrong in (
        ({"password": "x", "new_password": NEW, "new_password_confirm": NEW}, "password"),
        ({"password": PASSWORD, "new_password": NEW, "new_password_confirm": "x"}, "new_password_confirm"),
        ({"password": PASSWORD, "new_password": "court", "new_password_confirm": "court"}, "new_password"),
        ({"password": PASSWORD, "new_password": PASSWORD, "new_password_confirm": PASSWORD}, "password"),
    ):
        assert list(main_form(send(browser, main_form(browser.get(url)), url, **typed)).errors) == [wrong]
    assert is_in(elsewhere)
    right = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert send(browser, main_form(browser.get(url)), url, **right).location.endswith("/admin/account/")
    assert is_in(browser)
    assert not is_in(elsewhere)
    assert [subject for _to, subject, _body in letters] == ["Your password was changed"]
    assert journal_of(world, person.id) == ["password_changed"]


def test_who_is_locked_out_is_let_in_from_the_command_line(browser: Browser, world: World, person: models.User):
    theirs = Browser(world.app).sign_in(person.id)
    said = world.app.test_cli_runner().invoke(args=["rescue", person.email.upper()]).output
    link = re.search(r"/reset/\S+", said)
    assert link is not None
    assert not is_in(theirs)
    assert choose(browser, link[0]).location.endswith("/login")
    assert journal_of(world, person.id) == ["devices_forgotten", "password_reset"]
    nobody = world.app.test_cli_runner().invoke(args=["rescue", "nobody@example.org"])
    assert nobody.exit_code == 1
