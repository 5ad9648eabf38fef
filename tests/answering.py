"""A quote that waits for its client's answer: sent, with options and a link."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sercom.core.access import Actor
from sercom.core.base import db
from sercom.entities.clients.model import ClientKind
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.documents.line import LineDraft
from sercom.entities.quotes.evidence import Signed
from sercom.models import Quote
from sercom.workflow.answering import Word
from tests.support import HUNDRED, give, make_client, make_user, name_company, start

SMALL = LineDraft("Petit modèle", unit_price=Decimal("800.00"), optional=True, option_group="A")
LARGE = replace(SMALL, description="Grand modèle", unit_price=Decimal("1200.00"), accepted=False)
THERMOSTAT = LineDraft("Thermostat", unit_price=Decimal("150.00"), optional=True, accepted=False)
OFFER = (HUNDRED, SMALL, LARGE, THERMOSTAT)
JULIE = Signed(typed="Julie Tremblay")


def waiting(drafts: Any = OFFER, *, kind: ClientKind = ClientKind.PERSON, **columns: Any) -> tuple[Quote, Link, Actor]:
    """The quote, its link, and somebody of the office, in the open session."""
    name_company()
    actor = make_user("office").actor
    client = make_client(kind=kind, email="julie@example.org")
    quote = start("quote", actor, client, drafts, **columns)
    give("mark_sent", quote, actor)
    return quote, make_link(db.session, quote), actor


def named(quote: Quote, *names: str) -> set[int]:
    """Ids of the options of these names."""
    return {line.id for line in quote.lines if line.optional and line.description in names}


def word(quote: Quote, *names: str, **changes: Any) -> Word:
    """An approval that takes the options of these names, at the total that the page shows."""
    taken = named(quote, *names) if names else None
    total = quote.total if taken is None else quote.price_of(taken).total
    return Word(**({"name": "Julie Tremblay", "signed": JULIE, "accepted": taken, "total": f"{total:.2f}"} | changes))
