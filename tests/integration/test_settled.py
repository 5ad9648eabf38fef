"""What counts on an invoice, told apart to the client: paid, credited, adjusted; and no word of a bad debt."""

from decimal import Decimal
from typing import Any

import pytest

from sercom.core.base import db
from sercom.core.clock import today
from sercom.entities.company.model import get_company
from sercom.entities.delivery.link import make_link
from sercom.entities.invoices.settling import settled
from sercom.entities.users.model import Language
from tests.ledger import backdated, pay
from tests.pages import parse, words
from tests.support import World, credit, give, make_client, make_user, start

D = Decimal
SAID = {
    Language.FRENCH: (
        "Montant payé",
        "Montant crédité",
        "Ajustement",
        "Intérêts",
        "Il n’y a rien à payer sur cette facture.",
    ),
    Language.ENGLISH: (
        "Amount paid",
        "Amount credited",
        "Adjustment",
        "Interest",
        "There is nothing to pay on this invoice.",
    ),
}
UNSAID = ("mauvaise créance", "radi", "bad debt", "written off", "write-off")


def given_up(language: Language) -> Any:
    """An overdue invoice of 114.98: 50.00 paid, 34.49 credited, the rest given up."""
    get_company(db.session).interest_percent = D(2)
    office = make_user("office").actor
    invoice = backdated(start("invoice", office, make_client(language=language)), office, 365)
    pay(invoice, office, "50.00")
    credit(invoice, office, amount=D(30))
    give("charge_interest", invoice, office, confirm=True)
    give("write_off", invoice, office, received_on=today(), reason="Faillite")
    return invoice


@pytest.mark.parametrize("language", list(SAID))
def test_the_client_s_page_tells_them_apart(world: World, app, language):
    made: list[Any] = []

    def build() -> Any:
        invoice = given_up(language)
        told = settled(invoice)
        assert (told.paid, told.credited, told.discount) == (D(50), D("34.49"), 0)
        assert told.paid + told.credited + told.adjusted == invoice.total + invoice.interest
        made.append(make_link(db.session, invoice).token)
        return invoice

    world.make(build)
    page = words(parse(app.test_client().get(f"/l/{made[0]}")))
    for word in SAID[language]:
        assert word in page, word
    for word in UNSAID:
        assert word not in page.lower(), word


def test_an_early_discount_is_no_payment(context):
    company, office = get_company(db.session), make_user("office").actor
    company.early_percent, company.early_days = D(2), 10
    invoice = start("invoice", office)
    give("issue", invoice, office)
    pay(invoice, office, "112.68")
    told = settled(invoice)
    assert (told.paid, told.discount, told.credited, told.adjusted) == (D("112.68"), D("2.30"), 0, 0)
