"""Each field of each form, wrongly filled in: the message stands beside it and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func

from sercom import models
from sercom.core.base import db
from tests.forms import FORMS
from tests.pages import WebForm, main_form, send
from tests.rows import Rows, make_rows
from tests.support import Browser, World, give, make_client, make_user, start

#: Fields that a browser shows as a choice: a value that is none of them cannot be shown again.
CHOSEN = {
    "kind",
    "language",
    "province",
    "tax_province",
    "tax_exemption",
    "urgency",
    "origin",
    "tax_status",
    "code",
    "moment",
    "first_contact",
    "method",
}
CHOSEN |= {"items-0-kind", "items-1-kind"}
CHOSEN |= {
    "reason",
    "channel",
    "service",
    "person",
    "team",
    "site",
    "client",
    "roles",
    "members",
    "services",
    "lines-0-tax_status",
}
SECRET = {"new_password"}


@pytest.fixture
def names(world: World, browser: Browser) -> dict[str, str]:
    """The owner is signed in; what the addresses and values of the forms name."""
    rows = make_rows(world)
    browser.sign_in(rows.people["owner"])
    with world.app.app_context():
        office = make_user("office")
        sent, unpaid, client = start("quote", office.actor), start("invoice", office.actor), make_client()
        give("mark_sent", sent, office.actor)
        give("issue", unpaid, office.actor)
        quote = db.session.get_one(models.Quote, rows.ids["quotes"])
        found = {"sent": sent.id, "unpaid": unpaid.id, "client": client.id, "line": quote.lines[0].id}
        db.session.commit()
    return {key: str(value) for key, value in (found | ids_of(world, rows)).items()}


def ids_of(world: World, rows: Rows) -> dict[str, Any]:
    """By the singular of their entity."""
    return {
        **{entity[:-1]: row for entity, row in rows.ids.items() if entity.endswith("s")},
        **{name: rows.extra[name] for name in ("issued", "credit", "payer")},
        "foreign_site": rows.ids["sites"],
        "code": world.get(models.CatalogItem, rows.ids["catalog"], "code"),
        "email": world.get(models.User, rows.people["owner"], "email"),
        "team": world.get(models.Team, rows.ids["teams"], "name"),
    } | {"user": rows.people["technician"]}


def last_entry() -> int:
    """The newest entry of the journal."""
    return int(db.session.query(func.max(models.JournalEntry.id)).scalar())


def fill(names: dict[str, str], data: dict[str, str]) -> dict[str, str]:
    """Names put into keys and values."""
    return {key.format(**names): value.format(**names) for key, value in data.items()}


def test_a_wrong_field_is_told_beside_it(world: World, browser: Browser, names: dict[str, str], database_kind: str):
    problems, before = [], world.read(last_entry)
    every = 1 if database_kind == "sqlite" else 3  # what is read wrong is wrong before a database is asked
    for name, form in list(FORMS.items())[::every]:
        url, typed = form.url.format(**names), fill(names, form.typed)
        shown = main_form(browser.get(url))
        for field, values in form.wrong.items():
            for value in values:
                wrong = fill(names, {field: value})
                answer = send(browser, shown, url, **(typed | wrong))
                if answer.status_code == 422:
                    problems += problems_of(
                        main_form(answer), next(iter(wrong)), typed | wrong, f"{name}: {value[:20]!r}"
                    )
                else:
                    problems.append(f"{name}: {field}={value[:20]!r}: {answer.status_code}")
    assert not problems
    assert world.read(last_entry) == before


def problems_of(form: WebForm, field: str, sent: dict[str, str], case: str) -> list[str]:
    """What a page that refuses does wrong: no message beside the field, something typed that is gone."""
    found = [] if field in form.errors else [f"{case}: no message beside {field}, but {form.errors} {form.over}"]
    for key, typed in sent.items():
        kept = str(form.data.get(key, "")).replace("\n", "\r\n").strip()
        if key not in CHOSEN | SECRET and kept != typed.strip():
            found.append(f"{case}: {key} was {typed[:20]!r}, is {kept[:20]!r}")
    return found
