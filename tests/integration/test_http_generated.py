"""Requests that nobody thought of: a bounded sample over every address and every form, the same at each run."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms import FORMS
from tests.pages import main_form
from tests.properties import examples
from tests.rows import Rows, make_rows
from tests.support import Browser, World
from tests.test_routes import rolled_back, rules

pytestmark = pytest.mark.properties
SAMPLE = examples(150)
#: Must never come back as a tag.
MARK = "<zz\"'>"
NASTY = (
    "",
    " ",
    "0",
    "-1",
    "1",
    "999999999999999999999",
    "1e9",
    "²",
    "é",
    "%",
    "_",
    "\\",
    "'",
    "None",
    "null",
    "[]",
    "NaN",
)
VALUES = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=40),
    st.text(max_size=10).map(lambda text: MARK + text),
    st.integers(-(2**70), 2**70).map(str),
    st.decimals().map(str),
    st.dates().map(str),
)
ARGUMENTS = (
    *("id", "page", "page_size", "sort", "desc", "search", "tab", "name", "query", "offset", "limit", "client", "site"),
    *("flt0_urgency", "flt0_from", "flt1_until", "flt0_person", "small", "next", "export_type", "a", "flt", "flt9_x"),
)
FIELDS = (
    *sorted({field for form in FORMS.values() for field in (*form.typed, *form.wrong) if "{" not in field}),
    *("id", "version", "token", "nonce", "action", "row", "confirm", "back", "body", "visit_id", "moment", "caption"),
    *("lines-present", "lines-1-id", "lines-0-item_id", "lines-x-y", "parts-present", "parts-count", "ticket", "email"),
    *("password", "language", "availability", "consent", "province", "discount", "quantity-1", "list_form_pk"),
)
GENERATED = st.dictionaries(st.sampled_from(ARGUMENTS), VALUES, max_size=4)
TYPED = st.dictionaries(st.sampled_from(FIELDS), VALUES | st.lists(VALUES, max_size=3), max_size=12)
#: Refused, done, shown, or not there: anything but a fault.
ANSWERS = {200, 302, 303, 400, 401, 403, 404, 405, 409, 413, 422}


@pytest.fixture
def rows(world: World, browser: Browser) -> Rows:
    """The owner is signed in."""
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    return rows


def addresses(world: World, rows: Rows, method: str) -> list[str]:
    """The address of every rule that takes ``method``, static files and the ways out aside."""
    aside = ("static", "security.logout")
    found = [endpoint for endpoint, known in rules(world.app) if known == method and not endpoint.endswith(aside)]
    return [rows.request(endpoint, method)[0] for endpoint in found]


def check(browser: Browser, method: str, url: str, **options: Any) -> None:
    """Ask; whatever was typed, the answer is no fault and holds no tag of it."""
    answer = browser.client.open(url, method=method, **options)
    page = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    answer.close()
    assert answer.status_code in ANSWERS, f"{method} {url} {options}: {answer.status}"
    assert "<zz" not in page, f"{method} {url} {options}"


def test_any_query_of_any_address(world: World, browser: Browser, rows: Rows):
    urls = st.sampled_from(addresses(world, rows, "GET"))

    @SAMPLE
    @given(urls, GENERATED)
    def ask(url: str, query: dict[str, str]) -> None:
        bare, _mark, known = url.partition("?")
        check(browser, "GET", bare, query_string=dict(parse_qsl(known)) | query)

    ask()


def test_any_fields_to_any_form(world: World, browser: Browser, rows: Rows):
    urls = st.sampled_from(addresses(world, rows, "POST"))
    token = browser.csrf()

    @SAMPLE
    @given(urls, TYPED)
    def send(url: str, typed: dict[str, Any]) -> None:
        data = {"csrf_token": token, "version": "1"} | typed
        with rolled_back(world.app):
            check(browser, "POST", url, data=data)

    send()


def test_a_form_with_one_field_changed(world: World, browser: Browser, rows: Rows):
    """The page's own form, so that the generated value gets past what a blank form stops at."""
    edited = [f"/admin/{entity}/edit/?id={row}" for entity, row in rows.ids.items()]
    shown = {url: form for url in edited if (form := form_of(browser, url))}

    @SAMPLE
    @given(st.sampled_from(sorted(shown)), st.data())
    def send(url: str, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(shown[url].keys() - {"csrf_token"})))
        with rolled_back(world.app):
            check(browser, "POST", url, data=shown[url] | {name: data.draw(VALUES)})

    send()


def form_of(browser: Browser, url: str) -> dict[str, Any]:
    """What the form of a page would send; nothing where the page is not for editing."""
    page = browser.get(url)
    return main_form(page).data if page.status_code == 200 else {}
