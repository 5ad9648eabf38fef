"""How often one may try: by account and by address, and what a person reads then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sercom.extensions import limiter
from tests.pages import main_form, send
from tests.support import Browser

# Tries are counted in memory: the same on either database.
pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True, scope="session")


@pytest.fixture(autouse=True)
def tries_are_counted(app: Any, tries_are_free: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As in production, from nothing."""
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    yield
    limiter.reset()


def attempt(browser: Browser, email: str, address: str = "192.0.2.1", url: str = "/login") -> Any:
    """One try, from an address."""
    browser.client.environ_base["REMOTE_ADDR"] = address
    form = main_form(browser.get(url))
    return send(browser, form, url, email=email, password="not the password")


def test_an_account_takes_six_tries_a_minute_from_one_place(browser: Browser):
    answers = [attempt(browser, "Owner@example.org", f"2001:db8:0:1::{number}").status_code for number in range(6)]
    assert answers == [200] * 6
    refused = attempt(browser, " owner@EXAMPLE.org", "2001:db8:0:1:ffff::99")
    assert refused.status_code == 429
    form = main_form(refused)
    assert form.data["email"].strip() == "owner@EXAMPLE.org"
    assert not form.data.get("password")
    assert form.over == ["Trop d’essais. Attendez un peu, puis réessayez."]
    assert attempt(browser, "other@example.org", "2001:db8:0:1:ffff::99").status_code == 200
    assert attempt(browser, "owner@example.org", "2001:db8:0:2::1").status_code == 200, "who guesses keeps nobody out"


def test_an_account_takes_sixty_tries_a_minute_from_everywhere(browser: Browser):
    answers = [attempt(browser, "owner@example.org", f"198.51.100.{number}").status_code for number in range(61)]
    assert answers == [200] * 60 + [429]


def test_an_address_takes_thirty_tries_a_minute_over_all_accounts(browser: Browser):
    answers = {attempt(browser, f"{number}@example.org").status_code for number in range(30)}
    assert answers == {200}
    assert attempt(browser, "one-more@example.org").status_code == 429
    assert attempt(browser, "one-more@example.org", "192.0.2.2").status_code == 200


def test_looking_at_the_page_counts_nothing(browser: Browser):
    assert {browser.get("/login").status_code for _time in range(40)} == {200}


def test_an_address_gets_four_letters_an_hour(browser: Browser):
    form = main_form(browser.get("/reset"))
    answers = [send(browser, form, "/reset", email="somebody@example.org") for _time in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert main_form(answers[-1]).data["email"] == "somebody@example.org"


def test_a_code_is_tried_six_times_a_minute_from_wherever(browser: Browser):
    answers = []
    for number in range(7):
        with browser.client.session_transaction() as session:
            session["tf_user_id"] = "who gave the right password"
        browser.client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        answers.append(browser.post("/login/code", {"code": "000000"}).status_code)
    assert answers == [302] * 6 + [429]
