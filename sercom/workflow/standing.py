"""Where a client's documents stand, in the client's words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core.labels import Labelled, Tone
from sercom.core.money import ZERO
from sercom.entities.clients.model import Client
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import InvoiceStage
from sercom.entities.quotes.model import QuoteStatus


class Standing(Labelled):
    """Where a quote or an invoice stands, in the client's words."""

    TO_ANSWER = "to_answer", _l("Awaits your answer"), Tone.WARN
    CHANGING = "changing", _l("Being changed"), Tone.INFO
    APPROVED = "approved", _l("Approved by you"), Tone.GOOD
    DECLINED = "declined", _l("Declined"), Tone.NEUTRAL
    EXPIRED = "expired", _l("No longer valid"), Tone.NEUTRAL
    TO_PAY = "to_pay", _l("To pay"), Tone.INFO
    PARTLY_PAID = "partly_paid", _l("Partly paid"), Tone.WARN
    OVERDUE = "overdue", _l("Overdue"), Tone.BAD
    PAID = "paid", _l("Paid"), Tone.GOOD
    SETTLED = "settled", _l("Nothing to pay"), Tone.NEUTRAL
    CANCELLED = "cancelled", _l("Cancelled"), Tone.NEUTRAL


OF_QUOTE = {
    QuoteStatus.SENT: Standing.TO_ANSWER,
    QuoteStatus.CHANGES_REQUESTED: Standing.CHANGING,
    QuoteStatus.APPROVED: Standing.APPROVED,
    QuoteStatus.DECLINED: Standing.DECLINED,
}
OF_INVOICE = {
    InvoiceStage.NOT_DUE: Standing.TO_PAY,
    InvoiceStage.PARTLY_PAID: Standing.PARTLY_PAID,
    InvoiceStage.OVERDUE: Standing.OVERDUE,
    InvoiceStage.PAID: Standing.PAID,
    InvoiceStage.CREDITED: Standing.SETTLED,
    InvoiceStage.WRITTEN_OFF: Standing.SETTLED,
    InvoiceStage.VOID: Standing.CANCELLED,
}
#: What waits for the client.
WAITS = frozenset({Standing.TO_ANSWER, Standing.TO_PAY, Standing.PARTLY_PAID, Standing.OVERDUE})


@dataclass(frozen=True)
class Row:
    """A document as the client finds it in the list; amounts are in dollars."""

    document: Document
    title: str
    day: date
    standing: Standing | None = None
    #: Of a request: the step that was reached last, or that it is closed.
    step: LazyString | None = None
    #: Which step that is, from 1, of how many.
    place: tuple[int, int] = (0, 0)
    going: bool = False
    amount: Decimal | None = None
    #: Of an invoice: what is left to pay.
    balance: Decimal = ZERO
    due: date | None = None

    @property
    def waits(self) -> bool:
        """Whether it waits for the client."""
        return self.standing in WAITS


@dataclass(frozen=True)
class Account:
    """One client's money, in dollars."""

    client: Client
    owed: Decimal
    overdue: Decimal
    credit: Decimal
