"""The sign-in page: answers that tell nothing, doors that lead nowhere else, the language, the way out."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask_security.utils import hash_password

from sercom import models
from sercom.core.base import db
from sercom.entities.users.model import Language
from tests.pages import form_to, main_form, parse, send, words
from tests.support import Browser, World, make_user

PASSWORD = "une phrase de passe assez longue"


@pytest.fixture
def person(world: World) -> str:
    """Somebody of the office with a password; gives the e-mail."""
    return make_person(world)


def make_person(world: World, **columns: Any) -> str:
    """An e-mail that signs in with ``PASSWORD``."""
    email = f"{secrets.token_hex(4)}@example.org"
    with world.app.app_context():
        make_user("office", **({"email": email, "password": hash_password(PASSWORD)} | columns))
        db.session.commit()
    return email


def sign_in(browser: Browser, email: str, password: str, url: str = "/login", **more: Any) -> Any:
    """Through the form."""
    page = browser.get(url)
    return send(browser, main_form(page), url, email=email, password=password, **more)


def test_signing_in_leads_to_the_back_office(browser: Browser, person: str):
    assert browser.get("/admin/").location == "/login?next=/admin/"
    answer = sign_in(browser, person, PASSWORD)
    assert answer.status_code == 302
    assert answer.location.endswith("/admin/")
    assert browser.get("/admin/").status_code == 200
    assert browser.get("/login").location.endswith("/admin/")


def test_it_goes_back_to_the_page_that_was_asked_for(browser: Browser, person: str):
    asked = browser.get("/admin/quotes/?tab=sent&search=a%20b").location
    answer = sign_in(browser, person, PASSWORD, asked)
    assert answer.location.endswith("/admin/quotes/?tab=sent&search=a%20b")


@pytest.mark.parametrize("capitals", [str.upper, str.title])
def test_an_address_is_the_same_in_capitals(browser: Browser, person: str, capitals: Any):
    assert sign_in(browser, capitals(person), PASSWORD).status_code == 302


def test_every_refusal_reads_the_same(world: World, browser: Browser, person: str):
    inactive = make_person(world, active=False)
    without_password = make_person(world, password=None)
    texts = set()
    for email, password in (
        (person, "une autre phrase de passe"),
        ("nobody@example.org", PASSWORD),
        (inactive, PASSWORD),
        (without_password, PASSWORD),
        (without_password, "x"),
    ):
        answer = sign_in(browser, email, password)
        assert answer.status_code == 200, email
        assert browser.get("/admin/").status_code == 302, email
        form = main_form(answer)
        assert form.data["email"] == email
        assert not form.data["password"]
        texts.add((tuple(form.over), tuple(form.errors)))
    assert len(texts) == 1
    assert any(over for over, _errors in texts)


@pytest.mark.parametrize(
    ("email", "password"), [("", ""), ("", PASSWORD), ("not an address", "x"), ("x" * 400, "y" * 400)]
)
def test_what_is_no_sign_in_is_refused(browser: Browser, email: str, password: str):
    assert sign_in(browser, email, password).status_code == 200
    assert browser.get("/admin/").status_code == 302


FOREIGN = (
    *(
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
    ),
    *(
        "http:evil.example",
        "javascript:alert(1)",
        "/%09/evil.example",
        "https:///evil.example",
        "/\n/evil.example",
        "evil.example",
    ),
    *("http://localhost.evil.example/admin/", "@evil.example", "/..//evil.example", "//evil.example/admin/"),
)


@pytest.mark.parametrize("foreign", FOREIGN)
def test_nobody_is_sent_elsewhere_after_signing_in(browser: Browser, person: str, foreign: str):
    for query, hidden in (({"next": foreign}, {}), ({}, {"next": foreign})):
        browser.client = browser.app.test_client()
        page = browser.client.get("/login", query_string=query)
        data = main_form(page).data | {"email": person, "password": PASSWORD} | hidden
        answer = browser.client.post("/login", query_string=query, data=data)
        if answer.status_code == 302:
            assert_stays(answer.location)
        else:  # refused, and said: the person is not left before a form that does nothing
            form = main_form(answer)
            assert form.over
            assert_stays(send(browser, form, "/login", email=person, password=PASSWORD).location)


def assert_stays(location: str) -> None:
    """An address of this application, however a browser reads it."""
    assert not set(location) & set("\\\t\r\n"), location
    assert urlsplit(urljoin("http://localhost/login", location)).netloc == "localhost", location


@pytest.mark.parametrize("foreign", FOREIGN)
def test_no_other_form_leads_elsewhere(world: World, browser: Browser, foreign: str):
    answer = browser.post("/language", {"language": "en_CA", "back": foreign})
    assert answer.status_code == 302
    assert_stays(answer.location)
    browser.sign_in(world.user("office"))
    with world.app.app_context():
        case = db.session.get_one(models.Quote, world.document("quote")).case_id
    answer = browser.post(f"/admin/cases/{case}/notes", {"body": "x", "back": foreign})
    assert answer.status_code == 302
    assert_stays(answer.location)


def test_the_language_is_the_persons_and_can_be_switched(world: World, browser: Browser):
    page = browser.get("/login")
    assert parse(page).get("lang") == "fr-CA"
    assert browser.post("/language", {"language": "en_CA", "back": "/login"}).location == "/login"
    page = browser.get("/login")
    assert parse(page).get("lang") == "en-CA"
    assert "Sign in" in words(parse(page))
    assert browser.post("/language", {"language": "de_DE"}).status_code == 400
    browser.sign_in(world.user("office", language=Language.ENGLISH))
    assert parse(browser.get("/admin/")).get("lang") == "en-CA"
    browser.post("/language", {"language": "fr_CA"})
    assert parse(browser.get("/admin/")).get("lang") == "fr-CA"


def test_refusals_are_in_the_readers_language(browser: Browser, person: str):
    french = main_form(sign_in(browser, person, "x")).over
    browser.post("/language", {"language": "en_CA"})
    english = main_form(sign_in(browser, person, "x")).over
    assert french
    assert english
    assert french != english


def test_signing_out_is_a_post_and_ends_the_session(browser: Browser, person: str):
    sign_in(browser, person, PASSWORD)
    page = browser.get("/admin/")
    assert browser.get("/logout").status_code == 405
    assert browser.get("/admin/").status_code == 200
    form = form_to(page, "/logout")
    assert send(browser, form, "/logout").location.endswith("/login")
    assert browser.get("/admin/").status_code == 302


def test_who_is_switched_off_is_out_at_once(world: World, browser: Browser):
    user = world.user("office")
    browser.sign_in(user)
    assert browser.get("/admin/").status_code == 200
    with world.app.app_context():
        db.session.get_one(models.User, user).active = False
        db.session.commit()
    assert browser.get("/admin/").status_code == 302


def test_a_new_password_ends_the_other_sessions(world: World, browser: Browser):
    user = world.user("technician")
    theirs = Browser(world.app).sign_in(user)
    assert theirs.get("/admin/").status_code == 200
    browser.sign_in(world.user("owner"))
    url = f"/admin/users/edit/?id={user}"
    form = main_form(browser.get(url))
    assert send(browser, form, url, new_password=PASSWORD).status_code == 302
    assert theirs.get("/admin/").status_code == 302
    email = world.get(models.User, user, "email")
    assert sign_in(Browser(world.app), email, PASSWORD).status_code == 302


def test_what_nobody_uses_is_shut(browser: Browser, person: str):
    for url in (
        "/register",
        "/change",
        "/confirm",
        "/us-signin",
        "/wan-register",
        "/verify",
        "/fs-static/js/webauthn.js",
    ):
        assert browser.get(url).status_code == 404, url
    for url in ("/tf-setup", "/tf-rescue", "/wan-delete"):  # Flask-Security's own, which cannot be left out
        assert browser.get(url).status_code == 404, url
        assert browser.post(url).status_code == 404, url


def test_nobody_talks_json_to_the_sign_in(browser: Browser, person: str):
    form = main_form(browser.get("/login"))
    data = form.data | {"email": person, "password": PASSWORD}
    answer = browser.client.post("/login?include_auth_token", data=data, headers={"Accept": "application/json"})
    assert answer.status_code == 302
    assert "token" not in answer.get_data(as_text=True)


def test_a_forged_session_is_nobody(browser: Browser):
    browser.client.set_cookie("session", "eyJfdXNlcl9pZCI6IjEifQ.ZzZz.forged")
    assert browser.get("/admin/").status_code == 302
    with browser.client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "1", True
    assert browser.get("/admin/").status_code == 302


def test_headers_keep_pages_private(world: World, browser: Browser):
    browser.sign_in(world.user("office"))
    headers = browser.get("/admin/").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]
    cookie = browser.get("/login").headers.get("Set-Cookie") or Browser(world.app).get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
