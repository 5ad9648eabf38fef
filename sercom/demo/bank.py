"""What the bank says came in: e-transfers that wait for somebody to say which invoice each one pays."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from sercom.accounts import interac
from sercom.core import clock
from sercom.core.access import Actor
from sercom.core.base import db
from sercom.entities.invoices.model import InvoiceStage
from sercom.models import Invoice

OWED = (InvoiceStage.NOT_DUE, InvoiceStage.OVERDUE)
FILE = "releve.csv"


def read_statement(actor: Actor) -> None:
    """Read the last days of the account: a transfer that names its invoice, one that does not, and a stranger's."""
    interac.take_in(db.session, actor, FILE, "\n".join(_rows()).encode())


def _rows() -> Iterator[str]:
    yield "Date;Description;Retrait;Dépôt"
    wanted = select(Invoice).where(Invoice.stage.in_(OWED)).order_by(Invoice.number.desc()).limit(2)
    for days, invoice in enumerate(db.session.scalars(wanted), start=1):
        message = f" {invoice.number}" if days == 1 else ""
        yield _row(days, f"{invoice.client.contact_name or invoice.client.name}{message}", f"{invoice.balance:.2f}")
    yield _row(3, "Garderie du Ruisseau", "85.00")


def _row(days: int, words: str, amount: str) -> str:
    return f"{clock.today() - timedelta(days=days)};Virement Interac reçu de {words};;{amount.replace('.', ',')}"
