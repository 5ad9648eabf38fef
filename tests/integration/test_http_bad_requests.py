"""Pages, filters, searches and bodies that make no sense: refused or read as nothing, never a fault."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote as quoted

import pytest

from sercom.config import MEGABYTE
from sercom.permissions import ACTIONS, MATRIX
from tests.pages import list_rows, status, wrong
from tests.rows import Rows, make_rows
from tests.support import Browser, World

SEARCHES = (
    *("%", "_", "\\", "'", "''--", '"', "%%%%", "\\'; DROP TABLE client; --", "🔧 💧", "é" * 2000, "\ud7ff", "\x7f"),
    *(" ".join(f"mot{number}" for number in range(40)), "<script>alert(1)</script>", "+1", "(514)", "٣"),
)


@pytest.fixture
def rows(world: World, browser: Browser) -> Rows:
    """The owner is signed in."""
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    return rows


QUERIES = (
    *("page=-1", "page=1e9", "page=999999999", "page=99999999999999999999", "page=abc", "page=", "page=%00"),
    *(
        "page_size=7",
        "page_size=-1",
        "page_size=0",
        "page_size=1000000",
        "page_size=x",
        "sort=99",
        "sort=-99",
        "sort=x",
    ),
    *(
        "sort=0&desc=x",
        "sort=0&desc=1",
        "sort=1",
        "sort=2",
        "tab=nothing",
        "tab=%00",
        "tab=",
        "flt99_x=1",
        "flt0_x=garbage",
    ),
    *("unknown=1", "flt=1", "flt0=1", "search=", "a=%ff%fe", "export_type=csv", "endpoint=login", "_external=1"),
    *(
        "page=1&page=2&page=3",
        "search[]=x",
        "filename=x",
        "values=1",
        "_anchor=x",
        "_method=POST",
        "_scheme=javascript",
    ),
)


BAD_FILTERS = ("garbage", "-1", "99999999999999999999", "²", "2026-13-45", "0001-01-01", "9999-12-31", "1e3", "é")


def bad_filters(view: Any, step: int) -> list[str]:
    """Every filter of a list with values that are none."""
    return [
        f"flt{position}_{known.key_name}={quoted(value)}"
        for position, known in enumerate(view._filters or ())
        for value in BAD_FILTERS[::step]
    ]


def test_lists_take_any_query(world: World, browser: Browser, rows: Rows, database_kind: str):
    answers = {}
    for view in world.app.extensions["admin"][0]._views:
        if getattr(view, "entity", "company") == "company":
            continue
        searches = [f"search={quoted(words)}" for words in SEARCHES] if view.search_in else []
        step = 1 if view.entity == {"sqlite": "catalog", "postgresql": "requests"}[database_kind] else 6
        queries = [*bad_filters(view, step), *QUERIES[::step], *searches[::step]]
        for query in queries:
            answers[view.entity, query] = status(browser, "GET", f"/admin/{view.entity}/?{query}")
        if MATRIX[view.entity][ACTIONS.index("export")]:
            for query in queries[::4]:
                url = f"/admin/{view.entity}/export/csv/?{query}"
                answers[view.entity, "csv", query] = status(browser, "GET", url)
    nul = {key: answer for key, answer in answers.items() if "%00" in key[-1]}
    assert not wrong(nul, 400)
    assert not wrong({key: answer for key, answer in answers.items() if key not in nul}, 200)


def test_pages_beyond_the_ends_are_the_nearest_or_empty(browser: Browser, rows: Rows):
    first = list_rows(browser.get("/admin/jobs/"))
    assert list_rows(browser.get("/admin/jobs/?page=-1")) == first
    beyond = browser.get("/admin/jobs/?page=1000")
    assert beyond.status_code == 200
    assert not list_rows(beyond)


def test_lookups_take_any_query(browser: Browser, rows: Rows):
    queries = [f"query={quoted(words)}" for words in (*SEARCHES, "", "a")]
    queries += [
        f"query=tremblay&{more}" for more in ("offset=-5", "offset=99999999999999999999", "offset=x", "limit=-1")
    ]
    queries += [f"query=tremblay&{more}" for more in ("limit=0", "limit=1000000", "limit=x", "client=²", "client=abc")]
    answers = {}
    for query in queries:
        for url in (
            f"/admin/jobs/ajax/lookup/?name=client&{query}",
            f"/admin/jobs/ajax/lookup/?name=site&client=1&{query}",
            f"/admin/jobs/ajax/lookup/?name=site&{query}",
            f"/admin/quotes/items?{query}",
        ):
            answers[url[:90]] = status(browser, "GET", url)
    assert not wrong(answers, 200)
    assert status(browser, "GET", "/admin/jobs/ajax/lookup/?name=client&query=%00") == 400
    assert status(browser, "GET", "/admin/jobs/ajax/lookup/?name=nothing&query=x") == 404
    assert status(browser, "GET", "/admin/jobs/ajax/lookup/") == 404
    found = browser.get("/admin/jobs/ajax/lookup/?name=client&query=tremblay&limit=1000000")
    assert len(json.loads(found.data)) <= 10


POSTS = (
    *("/admin/clients/new/", "/admin/requests/new/", "/admin/jobs/totals", "/admin/jobs/bulk/", "/language", "/login"),
    *("/admin/catalog/new/", "/admin/jobs/delete/", "/admin/jobs/action/", "/admin/jobs/ajax/update/", "/", "/en/"),
)
BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", b'{"name": "x"}'),
    ("application/json", b"{"),
    ("application/json", b"[" * 2000),
    ("text/plain", b"name=x"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\ntruncated"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a\x00b"\r\n\r\n\xff\xfe\r\n--x--\r\n',
    ),
    ("application/x-www-form-urlencoded", b"name=%ff%fe&name=%00"),
    ("application/x-www-form-urlencoded; charset=utf-16", b"name=x"),
    ("application/octet-stream", bytes(range(256))),
    ("", b""),
)


def test_bodies_of_other_kinds(browser: Browser, rows: Rows):
    headers = {"X-CSRFToken": browser.csrf()}
    answers = {}
    for url in POSTS:
        for number, (kind, body) in enumerate(BODIES):
            answers[url, number, kind] = status(browser, "POST", url, data=body, content_type=kind, headers=headers)
    assert not wrong(answers, 400, 404, 422, 302, 200)
    assert not [
        key for key, answer in answers.items() if answer == 200 and key[0] not in {"/login", "/admin/jobs/totals"}
    ]


def multipart(fields: dict[str, str]) -> dict[str, Any]:
    """A body as a browser sends it with photos, built in memory."""
    head = '--x\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    body = "".join(head.format(name, value) for name, value in fields.items()) + "--x--\r\n"
    return {"data": body.encode(), "content_type": "multipart/form-data; boundary=x"}


def test_bodies_too_large(browser: Browser, rows: Rows):
    token, case, large = browser.csrf(), rows.ids["cases"], "x" * (MEGABYTE + 10)
    many = {f"field-{number}": "x" for number in range(6100)}
    huge = {"CONTENT_LENGTH": str(90 * MEGABYTE)}
    photos, few = f"/admin/cases/{case}/photos", {"csrf_token": token}
    answers = {
        "text": status(browser, "POST", "/admin/clients/new/", data={"csrf_token": token, "notes": large}),
        "login": status(browser, "POST", "/login", data={"csrf_token": token, "email": large}),
        "fields": status(browser, "POST", "/", **multipart(many)),
        "form": status(browser, "POST", "/", **multipart({"description": large})),
        "photos": status(browser, "POST", photos, environ_overrides=huge, **multipart(few)),
        "portal": status(browser, "POST", "/en/", environ_overrides=huge, **multipart(few)),
    }
    assert not wrong(answers, 413)


def test_nul_bytes_anywhere(browser: Browser, rows: Rows):
    token = browser.csrf()
    data = {"csrf_token": token, "name": "a\x00b"}
    answers = {
        "form": status(browser, "POST", "/admin/clients/new/", data=data),
        "second value": status(
            browser, "POST", "/admin/clients/new/", data={"csrf_token": token, "name": ["a", "\x00"]}
        ),
        "query": status(browser, "GET", "/admin/jobs/?search=%00"),
        "second query": status(browser, "GET", "/admin/jobs/?search=a&search=%00"),
        "path": status(browser, "GET", "/admin/jobs/%00/do/complete"),
        "portal": status(browser, "POST", "/", data={"name": "\x00"}),
        "language": status(
            browser, "POST", "/language", data={"csrf_token": token, "language": "fr_CA", "back": "\x00"}
        ),
        "note": status(
            browser, "POST", f"/admin/cases/{rows.ids['cases']}/notes", data={"csrf_token": token, "body": "\x00"}
        ),
    }
    assert not wrong(answers, 400)


def test_totals_of_what_cannot_be_read(browser: Browser, rows: Rows):
    bad = {
        "price": {"lines-0-description": "x", "lines-0-unit_price": "abc"},
        "province": {"tax_province": "ZZ", "lines-0-description": "x"},
        "discount": {"discount": "abc"},
        "numbers": {
            "lines-²-description": "x",
            "lines-99999999999-unit_price": "1",
            "lines--1-quantity": "1",
            "lines-": "x",
        },
        "huge": {"lines-0-description": "x", "lines-0-unit_price": "9" * 400, "lines-0-quantity": "1e999"},
        "tax": {"lines-0-description": "x", "lines-0-tax_status": "nothing"},
        "nothing": {},
        "more discount than lines": {"lines-0-description": "x", "lines-0-unit_price": "1", "discount": "9999999"},
    }
    token = browser.csrf()
    answers = {
        name: status(browser, "POST", "/admin/jobs/totals", data=data | {"csrf_token": token})
        for name, data in bad.items()
    }
    assert not wrong(answers, 200, 422)
    assert browser.post("/admin/jobs/totals", bad["province"]).status_code == 422
