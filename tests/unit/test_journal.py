"""What the journal says of a change, worked out from the object alone."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm.attributes import set_committed_value

from sercom.core.access import Actor, Role
from sercom.core.journal import JournalEntry, changes_of, plain, record
from sercom.core.money import TaxStatus
from sercom.models import Case, CatalogItem, Client, Company


class Pile:
    """Collects what is added to a session."""

    def __init__(self) -> None:
        self.rows: list[Any] = []

    def add(self, row: Any) -> None:
        self.rows.append(row)


def stored(model: type[Any], **values: Any) -> Any:
    """An object as it would come out of the database."""
    row = model()
    for key, value in values.items():
        set_committed_value(row, key, value)
    return row


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (TaxStatus.EXEMPT, "exempt"),
        (Decimal("9.975"), "9.975"),
        (Decimal("0.10"), "0.10"),
        (date(2025, 9, 1), "2025-09-01"),
        (datetime(2025, 9, 1, 18, 5, tzinfo=UTC), "2025-09-01 18:05:00+00:00"),
        ("text", "text"),
        (42, 42),
        (True, True),
        (None, None),
        (["monday"], ["monday"]),
    ],
)
def test_a_value_is_kept_as_json_holds_it(value: object, kept: object):
    result = plain(value)
    assert result == kept
    assert type(result) is type(kept)


def test_only_what_changed_is_told_with_before_and_after():
    client = stored(Client, name="Julie Tremblay", phone="+15145550123", email=None, city="Laval")
    client.name, client.email, client.city = "Julie T.", "julie@example.com", "Laval"
    client.phone = None
    assert changes_of(client) == {
        "name": ["Julie Tremblay", "Julie T."],
        "email": [None, "julie@example.com"],
        "phone": ["+15145550123", None],
    }


def test_amounts_and_choices_are_told_exactly():
    item = stored(CatalogItem, price=Decimal("95.00"), tax_status=TaxStatus.TAXABLE)
    item.price, item.tax_status = Decimal("99.50"), TaxStatus.EXEMPT
    assert changes_of(item) == {"price": ["95.00", "99.50"], "tax_status": ["taxable", "exempt"]}


def test_a_change_taken_back_is_none():
    client = stored(Client, name="Julie Tremblay")
    client.name = "Paul"
    client.name = "Julie Tremblay"
    assert changes_of(client) == {}


def test_the_rows_own_bookkeeping_is_silent():
    company = stored(Company, version=1, name="Plomberie Sainte-Rose", updated_at=datetime(2025, 1, 1, tzinfo=UTC))
    company.version, company.updated_at = 2, datetime(2025, 2, 1, tzinfo=UTC)
    assert changes_of(company) == {}


def test_an_event_names_actor_subject_and_case():
    pile = Pile()
    client = Client(id=7, name="N" * 300)
    entry = record(pile, Actor("Paul", frozenset({Role.OFFICE}), user_id=3), "edited", client, {"name": ["a", "b"]})
    assert pile.rows == [entry]
    assert isinstance(entry, JournalEntry)
    assert (entry.user_id, entry.actor_name, entry.event) == (3, "Paul", "edited")
    assert (entry.subject_type, entry.subject_id, entry.case_id) == ("client", 7, None)
    assert entry.subject_label == "N" * 200
    assert entry.changes == {"name": ["a", "b"]}


def test_an_event_about_a_case_stands_in_that_case():
    entry = record(Pile(), Actor("Julie"), "opened", Case(id=12, number="2026-0001"))
    assert (entry.subject_type, entry.subject_id, entry.case_id, entry.user_id) == ("case", 12, 12, None)
    assert entry.changes == {}
