"""The second step: codes of an authenticator, recovery codes, devices that are trusted, and who lost them all."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

import pytest
from flask_security.utils import hash_password
from passlib.totp import TOTP

from sercom import models
from sercom.core.base import db
from sercom.core.journal import JournalEntry
from tests.pages import form_below, form_to, main_form, of_class, parse, send, words
from tests.support import Browser, World, make_user

PASSWORD = "une phrase de passe assez longue"
ACCOUNT = "/admin/account"


class Phone:
    """An authenticator app: it knows a key, and what time it is."""

    def __init__(self, key: str) -> None:
        self.totp = TOTP(key=key.replace("-", ""), format="base32")

    def code(self, steps: int = 0) -> str:
        """The code of so many half minutes from now."""
        return str(self.totp.generate(time=int(time.time()) + 30 * steps).token)


@pytest.fixture
def person(world: World) -> models.User:
    """Somebody of the office with a password."""
    email = f"{secrets.token_hex(4)}@example.org"
    with world.app.app_context():
        user = make_user("office", email=email, password=hash_password(PASSWORD))
        db.session.commit()
        db.session.refresh(user)
        db.session.expunge(user)
    return user


def journal_of(world: World, user_id: int) -> list[str]:
    """What was written about somebody, newest last."""
    query = db.select(JournalEntry.event).filter_by(subject_type="user", subject_id=user_id).order_by(JournalEntry.id)
    return list(world.read(lambda: db.session.scalars(query).all()))


def give_password(browser: Browser, user: models.User, **more: Any) -> Any:
    """The first step."""
    return send(browser, main_form(browser.get("/login")), "/login", email=user.email, password=PASSWORD, **more)


def give_code(browser: Browser, code: str, **more: Any) -> Any:
    """The second step."""
    return send(browser, main_form(browser.get("/login/code")), "/login/code", code=code, **more)


def add_authenticator(browser: Browser, user: models.User, step: int = -1) -> tuple[Phone, list[str]]:
    """Set one up; gives the phone and the recovery codes. The code of a step before leaves the present one unused."""
    browser.sign_in(user.id)
    page = browser.get(f"{ACCOUNT}/authenticator")
    phone = Phone(next(words(code) for code in parse(page).iter("code")))
    made = send(browser, main_form(page), f"{ACCOUNT}/authenticator", code=phone.code(step))
    assert made.status_code == 200
    browser.client = browser.app.test_client()
    return phone, [words(code) for code in parse(made).iter("code")]


def is_in(browser: Browser) -> bool:
    """Whether the back-office opens."""
    return browser.get("/admin/").status_code == 200


def test_a_wrong_code_at_set_up_keeps_the_key_and_says_so(browser: Browser, world: World, person: models.User):
    browser.sign_in(person.id)
    page = browser.get(f"{ACCOUNT}/authenticator")
    key = next(words(code) for code in parse(page).iter("code"))
    again = send(browser, main_form(page), f"{ACCOUNT}/authenticator", code="000000")
    assert again.status_code == 422
    assert next(words(code) for code in parse(again).iter("code")) == key
    assert "code" in main_form(again).errors
    assert not world.get(models.User, person.id, "tf_totp_secret")
    done = send(browser, main_form(again), f"{ACCOUNT}/authenticator", code=Phone(key).code())
    assert len([words(code) for code in parse(done).iter("code")]) == 10
    assert journal_of(world, person.id) == ["authenticator_added", "recovery_codes_made"]
    assert key.replace("-", "") not in world.get(models.User, person.id, "tf_totp_secret")


def test_the_password_alone_opens_nothing_any_more(browser: Browser, person: models.User):
    phone, _codes = add_authenticator(browser, person)
    asked = give_password(browser, person)
    assert asked.location.startswith("/login/code")
    assert not is_in(browser)
    wrong = give_code(browser, "000000")
    assert "code" in main_form(wrong).errors
    assert not is_in(browser)
    assert give_code(browser, phone.code()).status_code == 302
    assert is_in(browser)


def test_a_code_opens_once(browser: Browser, person: models.User):
    phone, _codes = add_authenticator(browser, person)
    code = phone.code()
    give_password(browser, person)
    give_code(browser, code)
    assert is_in(browser)
    thief = Browser(browser.app)
    give_password(thief, person)
    assert "code" in main_form(give_code(thief, code)).errors
    assert "code" in main_form(give_code(thief, phone.code(-1))).errors
    assert not is_in(thief)


def test_a_recovery_code_opens_once_and_is_not_in_the_database(browser: Browser, world: World, person: models.User):
    _phone, codes = add_authenticator(browser, person)
    kept = world.get(models.User, person.id, "mf_recovery_codes")
    assert len(kept) == 10
    assert not set(codes) & set(kept)
    for typed, opens in ((codes[0], True), (codes[0], False), (codes[1].replace("-", " ").upper(), True), ("", False)):
        browser.client = browser.app.test_client()
        give_password(browser, person)
        send(browser, main_form(browser.get("/login/recovery")), "/login/recovery", code=typed)
        assert is_in(browser) is opens, typed
    assert len(world.get(models.User, person.id, "mf_recovery_codes")) == 8
    assert journal_of(world, person.id)[-1] == "recovery_code_used"


def test_a_trusted_device_is_asked_for_no_code_until_everything_is_signed_out(
    browser: Browser, world: World, person: models.User
):
    phone, _codes = add_authenticator(browser, person)
    give_password(browser, person, remember="y")
    give_code(browser, phone.code(), trust="y")
    assert is_in(browser)
    browser.post("/logout")
    assert not is_in(browser)
    assert give_password(browser, person).location.endswith("/admin/")
    elsewhere = Browser(browser.app)
    assert give_password(elsewhere, person).location.startswith("/login/code")
    done = send(browser, form_to(browser.get(f"{ACCOUNT}/"), "/sessions/end"), ACCOUNT)
    assert done.status_code == 302
    assert is_in(browser)
    browser.post("/logout")
    assert give_password(browser, person).location.startswith("/login/code")
    assert journal_of(world, person.id)[-1] == "signed_out_elsewhere"


def test_staying_signed_in_is_not_trusting_the_device(browser: Browser, person: models.User):
    phone, _codes = add_authenticator(browser, person)
    give_password(browser, person, remember="y")
    give_code(browser, phone.code())
    assert browser.client.get_cookie("remember")
    assert not browser.client.get_cookie("trusted")


def test_no_step_opens_out_of_its_turn(browser: Browser, person: models.User):
    for url in ("/login/code", "/login/step", "/login/recovery"):
        assert browser.get(url).location.endswith("/login"), url
        assert browser.post(url, {"code": "123456", "which": "authenticator"}).location.endswith("/login"), url
    add_authenticator(browser, person)
    browser.sign_in(person.id)
    for url in ("/login/code", "/login/step", "/login/recovery", "/login/passkey"):
        assert browser.get(url).location == "/admin/", url
    assert is_in(browser)


def test_who_lost_the_phone_is_let_in_by_the_owner(browser: Browser, world: World, person: models.User):
    add_authenticator(browser, person)
    theirs = Browser(world.app).sign_in(person.id)
    browser.sign_in(world.user("owner"))
    page = browser.get(f"/admin/users/details/?id={person.id}")
    assert send(browser, form_to(page, "/forget-devices"), "/admin/users/").status_code == 302
    assert not is_in(theirs)
    assert give_password(theirs, person).location.endswith("/admin/")
    assert world.get(models.User, person.id, "tf_totp_secret", "mf_recovery_codes") == (None, None)
    assert journal_of(world, person.id)[-1] == "devices_forgotten"
    page = browser.get(f"/admin/users/details/?id={person.id}")
    assert "forget-devices" not in page.get_data(as_text=True)


def test_changing_how_one_signs_in_asks_for_the_password_after_a_while(
    browser: Browser, world: World, person: models.User
):
    add_authenticator(browser, person)
    browser.sign_in(person.id)
    with browser.client.session_transaction() as session:
        session["fs_paa"] = time.time() - 1801
    asked = [browser.get(f"{ACCOUNT}/{page}").location for page in ("authenticator", "codes", "passkeys/new")]
    asked += [browser.post(f"{ACCOUNT}/{page}").location for page in ("authenticator/off", "sessions/end", "codes")]
    assert all(location.startswith(f"{ACCOUNT}/confirm?next=") for location in asked), asked
    assert world.get(models.User, person.id, "tf_totp_secret")
    url = asked[0]
    wrong = send(browser, form_below(browser.get(url), f"{ACCOUNT}/confirm"), url, password="x")
    form = form_below(wrong, f"{ACCOUNT}/confirm")
    assert "password" in form.errors
    right = send(browser, form, url, password=PASSWORD)
    assert right.location.endswith(f"{ACCOUNT}/authenticator")
    assert browser.get(right.location).status_code == 200
    off = send(browser, form_to(browser.get(f"{ACCOUNT}/"), "/authenticator/off"), ACCOUNT)
    assert off.status_code == 302
    assert world.get(models.User, person.id, "tf_totp_secret", "mf_recovery_codes") == (None, None)


ANSWER = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
#: From nothing to the shape of an answer without its content.
NONSENSE = (
    *("", "{}", "[]", "null", "nonsense", '{"id": 1}', '{"id": "a", "rawId": "a", "response": {}}'),
    json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": dict.fromkeys(ANSWER, "YQ")}),
)


@pytest.mark.parametrize("answer", NONSENSE)
def test_what_no_device_answers_is_refused(browser: Browser, person: models.User, answer: str):
    form = form_below(browser.post("/login/passkey"), "/login/passkey/")
    refused = browser.client.post(form.action, data=form.data | {"credential": answer})
    assert refused.location.endswith("/login/passkey")
    assert of_class(parse(browser.get("/login/passkey")), "notice")
    browser.sign_in(person.id)
    form = form_below(browser.post(f"{ACCOUNT}/passkeys/new", {"name": "Clé", "usage": "first"}), ACCOUNT)
    refused = browser.client.post(form.action, data=form.data | {"credential": answer})
    assert refused.location.endswith(f"{ACCOUNT}/passkeys/new")
