"""The receipt leaves by e-mail: as the money is recorded, or when somebody of the office sends it.

It is written in the transaction of the payment, through the outbox, and looked at once more as it leaves: money that
was taken back meanwhile has no receipt.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sercom.core import clock, formats, journal
from sercom.core.access import OFFICE, Actor
from sercom.core.base import AnySession
from sercom.core.clock import utcnow
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.money import ZERO
from sercom.entities.clients.model import Client
from sercom.entities.company.model import get_company
from sercom.entities.credits.model import CreditNote
from sercom.entities.delivery import outbox
from sercom.entities.delivery.hub_link import HubLink
from sercom.entities.delivery.link import Link, make_link
from sercom.entities.delivery.mail_template import fill, find_template
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus, is_mail_set
from sercom.entities.delivery.outbox import Words
from sercom.entities.delivery.papers import RECEIPTED, frozen
from sercom.entities.documents.model import Document
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger import book
from sercom.entities.ledger.model import Allocation, EntryKind, Payment
from sercom.entities.ledger.snapshot import first_put, receipt_number
from sercom.entities.quotes.model import Quote
from sercom.workflow import hub

#: What the reader is told first.
FIRST = {
    EntryKind.PAYMENT: _l("We received your payment."),
    EntryKind.DEPOSIT: _l("We received your deposit."),
    EntryKind.REFUND: _l("We gave this amount back to you."),
}

#: Money of longer ago is being caught up with: nobody waits for its receipt, and a pile of them would startle.
FRESH = timedelta(days=30)
#: A receipt that nobody can hold back any more.
OUT = (MessageStatus.SENDING, MessageStatus.SENT)


def announce(session: AnySession, actor: Actor, rows: Iterable[Payment]) -> None:
    """Write the receipts of what was just entered (flushed), where the company wants it and an address is known."""
    if not (entered := [row for row in rows if row.kind in RECEIPTED]) or not get_company(session).receipts_mailed:
        return
    for row in entered:
        if _is_fresh(row) and (to := address_of(row.client)):
            _write(session, row, actor, to)


def _is_fresh(row: Payment) -> bool:
    return row.received_on >= clock.today() - FRESH


def send(session: AnySession, row: Payment, actor: Actor, *, seen: str) -> Message:
    """Write the receipt of what was recorded before; ``seen`` is how often that was done, as the page showed it.

    Raises ``ForbiddenError``, and ``ConflictError`` where it was sent, or the money taken back, meanwhile.
    """
    if not actor.has(OFFICE):
        raise ForbiddenError(_l("Your role does not allow this."))
    session.refresh(row)
    book.hold(session, row.client_id)
    session.expire(row, ["answers"])
    refused = refuse_send(row)
    if refused is not None:
        raise ConflictError(refused)
    to = address_of(row.client)
    if not to:
        raise DomainError(_l("This client has no e-mail address."))
    if seen != str(len(messages_of(session, row))):
        raise ConflictError(_l("This was sent already."))
    return _write(session, row, actor, to)


def refuse_send(row: Payment) -> LazyString | None:
    """Why its receipt cannot leave, if it cannot."""
    if row.kind not in RECEIPTED:
        return _l("This has no receipt.")
    if row.is_corrected:
        return _l("This payment was taken back: it has no receipt.")
    if row.client.anonymised_at is not None:
        return _l("%(client)s was anonymised: nothing new is done for it.", client=row.client)
    return None


def address_of(client: Client) -> str | None:
    """Where the client's receipts go: to who pays; ``None`` where no address is known that mail can go to."""
    return next((email for email in (client.billing_email, client.email) if email and _is_address(email)), None)


def _is_address(text: str) -> bool:
    """What came in from a file long ago may be none: recording money does not fail on it."""
    try:
        return bool(formats.read_email(text))
    except DomainError:
        return False


def messages_of(session: AnySession, row: Payment) -> Sequence[Message]:
    """The e-mails with its receipt, the latest first."""
    return session.scalars(select(Message).where(Message.payment_id == row.id).order_by(Message.id.desc())).all()


def foretold(session: AnySession, client: Client) -> str | None:
    """Said before money is entered: where its receipt will go; ``None`` where none will."""
    to = address_of(client) if get_company(session).receipts_mailed and is_mail_set() else None
    return _("Once it is recorded, the receipt goes by e-mail to %(address)s.", address=to) if to else None


def word_of(session: AnySession, row: Payment) -> str:
    """Whether a receipt goes out for what was just recorded, and to whom; otherwise why none does."""
    message = next(iter(messages_of(session, row)), None)
    if message is not None and message.status is MessageStatus.KEPT:
        to = message.to_email
        return _("The receipt for %(address)s is written. No mail server is set: read it under E-mails.", address=to)
    if message is not None:
        return _("The receipt goes by e-mail to %(address)s.", address=message.to_email)
    if not get_company(session).receipts_mailed:
        return _("No receipt goes by e-mail: the company’s settings say so.")
    if not _is_fresh(row):
        return _("No receipt goes by e-mail for money of more than 30 days ago: send it from the payment’s page.")
    return _("No receipt goes by e-mail: no address of the client is known.")


def word_against(session: AnySession, row: Payment) -> str | None:
    """What a client holds of money that was just taken back: whoever did it tells them; ``None`` for nothing."""
    out = (message for message in messages_of(session, row) if message.status in OUT)
    message = next(out, None)
    return _("Its receipt went to %(address)s: tell them.", address=message.to_email) if message is not None else None


def word_about(session: AnySession, document: Document, command: str) -> str | None:
    """The same of the latest money that a command recorded on a document; ``None`` where it records none."""
    rows = select(Payment).order_by(Payment.id.desc()).limit(1)
    if command == "record_payment":
        on = select(Allocation.payment_id).where(Allocation.invoice_id == document.id)
        rows = rows.where(Payment.id.in_(on), Payment.kind == EntryKind.PAYMENT)
    elif command == "record_deposit":
        rows = rows.where(Payment.document_id == document.id, Payment.kind == EntryKind.DEPOSIT)
    else:
        return None
    row = session.scalars(rows).first()
    return word_of(session, row) if row is not None else None


def when_to_send(session: AnySession, message: Message) -> datetime | None:  # noqa: ARG001  # every gate is asked so
    """At once; ``None`` where the money was taken back, or the client anonymised, before it left."""
    return utcnow() if message.payment is not None and refuse_send(message.payment) is None else None


def attach() -> None:
    """Let the outbox ask before a receipt leaves."""
    outbox.GATES[MessageKind.RECEIPT] = when_to_send


# --- the e-mail -----------------------------------------------------------------------------------


def _write(session: AnySession, row: Payment, actor: Actor, to: str) -> Message:
    link = _page_of(session, row, to)
    message = outbox.post(
        session,
        MessageKind.RECEIPT,
        _words(session, row),
        to=to,
        document=link.document if isinstance(link, Link) else row.document,
        link=link,
        attached=row,
        token=f"receipt-{row.id}-{len(messages_of(session, row))}",
    )
    about: list[Document | Client] = list(dict.fromkeys(put.invoice for put in first_put(row)))
    for subject in about or [row.document or row.client]:
        journal.record(session, actor, "receipt_sent", subject, {"message": [message.id, message.to_email]})
    return message


def _page_of(session: AnySession, row: Payment, to: str) -> Link | HubLink:
    """The page of the one invoice, or of what a deposit is for; otherwise that of all that is the client's."""
    source = row.against if row.kind is EntryKind.REFUND and row.against else row
    found: list[Document] = list(dict.fromkeys(put.invoice for put in first_put(source)))
    if not found and isinstance(source.document, Quote | CreditNote) and frozen(session, source.document):
        found = [source.document]
    return make_link(session, found[0]) if len(found) == 1 else hub.make_link(session, row.client, to)


def _words(session: AnySession, row: Payment) -> Words:
    """As the company's template has them. What is left to pay is told as it stands, the receipt as it was."""
    client, company = row.client, get_company(session)
    language = client.language
    template = find_template(session, MessageKind.RECEIPT, language)
    with force_locale(language.value):
        values = {
            "client": client.contact_name or client.name,
            "number": receipt_number(row),
            "amount": formats.money(abs(row.amount)),
            "what": str(FIRST[row.kind]),
            "company": company.name,
            "phone": formats.phone(company.phone) if company.phone else "",
        }
        details = "\n".join(_details(row))
    values = {name: " ".join(text.split()) for name, text in values.items()} | {"details": details}
    return Words(language, fill(template.subject, values), re.sub(r"\n{3,}", "\n\n", fill(template.body, values)))


def _details(row: Payment) -> list[str]:
    told = [
        _("Amount: %(amount)s", amount=formats.money(abs(row.amount))),
        _("Date: %(day)s", day=formats.long_day(row.received_on)),
        _("Method: %(method)s", method=row.method.label if row.method else ""),
    ]
    about = row.document or (row.against.document if row.against else None)
    if about is not None:
        told.append(_("For: %(document)s", document=f"{about.kind.label} {about}"))
    put: dict[Invoice, Decimal] = {}
    for part in first_put(row):
        put[part.invoice] = put.get(part.invoice, ZERO) + part.amount
    told += [_of_invoice(invoice, amount, alone=amount == row.amount) for invoice, amount in put.items()]
    if row.kind is EntryKind.PAYMENT and row.rest > ZERO:
        told.append(_("Kept as your credit: %(amount)s", amount=formats.money(row.rest)))
    return told


def _of_invoice(invoice: Invoice, amount: Decimal, *, alone: bool) -> str:
    left = invoice.balance
    state = _("%(amount)s left to pay", amount=formats.money(left)) if left > ZERO else _("paid in full")
    if alone:
        return _("Invoice %(number)s: %(state)s", number=invoice.number, state=state)
    share = formats.money(amount)
    return _("Invoice %(number)s, %(amount)s: %(state)s", number=invoice.number, amount=share, state=state)
