"""How a visit ends for the client: the signature, what comes next, the invoice on site."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import object_session
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf, Optional

from sercom.core import clock, formats
from sercom.core.access import FIELD, Actor
from sercom.core.base import db
from sercom.core.choices import LabelledField
from sercom.core.errors import DomainError
from sercom.core.fields import EmailField, Needed, ProductForm, short
from sercom.entities.company.model import get_company
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.ledger.model import Method
from sercom.entities.visits.model import Visit
from sercom.entities.visits.signing import read_drawing, sign
from sercom.field.sent import Action, Sent
from sercom.field.states import DONE, WORKED, in_field, require
from sercom.workflow import onsite, receipting
from sercom.workflow.sending import recipients_of


class SignatureForm(ProductForm):
    """Strokes on the glass, and whose they are."""

    name = StringField(_l("Name of who signs"), [Needed(), short])
    drawing = HiddenField(_l("Signature"))


def _signature(sent: Sent) -> None:
    require(sent, WORKED)
    png = read_drawing(sent.form.drawing.data or "")
    sign(sent.session, sent.visit, sent.actor, name=sent.form.name.data, png=png)
    sent.told.append(_("The signature is kept."))


# --- what comes next ----------------------------------------------------------------------------


class NextForm(ProductForm):
    """What becomes of an assessment."""

    next = StringField(_l("What comes next"), [AnyOf(onsite.NEXT)])
    made: Any = None

    def about(self, row: Visit) -> None:
        """What was made already."""
        self.made = onsite.made_of(row)


def _next(sent: Sent) -> None:
    with clock.at(sent.received_at):
        made = onsite.make_next(sent.session, sent.visit, sent.actor, sent.form.next.data)
        sent.session.flush()
    sent.told.append(_("%(document)s is made. The office goes on with it.", document=made))


class InvoiceForm(SignatureForm):
    """The invoice as it would be, and the client's consent to it."""

    total = HiddenField()
    email = EmailField(_l("Send it to"), [Optional()])
    preview: onsite.Preview | None = None
    refusal: DomainError | None = None
    invoice: Any = None
    company: Any = None

    def about(self, row: Visit) -> None:
        """What would be on it now, or why there is none."""
        session = object_session(row)
        assert session is not None
        self.invoice = onsite.invoice_of(session, row)
        if self.invoice is not None:
            self.company = get_company(session)
        elif row.status in DONE and onsite.made_of(row) is None:
            try:
                self.preview = onsite.preview(session, row)
            except DomainError as error:
                self.refusal = error
            if self.email.raw_data is None:  # as it is shown first, and no answer
                known = recipients_of(row.document)
                self.email.data = row.case.client.billing_email or (known[0] if known else None)


def _invoice(sent: Sent) -> None:
    """Now is when it is received: no invoice is dated back."""
    form = sent.form
    png = read_drawing(form.drawing.data or "")
    consent = onsite.Consent(form.name.data, png, form.total.data or "")
    with clock.at(sent.received_at):
        invoice, left = onsite.invoice_now(sent.session, sent.visit, sent.actor, consent, email=form.email.data)
        sent.session.flush()
    total = formats.money(invoice.total)
    if invoice.status is InvoiceStatus.DRAFT:
        sent.told.append(_("The invoice of %(total)s is ready. The office finishes and sends it.", total=total))
    else:
        sent.told.append(_("Invoice %(number)s, %(total)s.", number=invoice.number, total=total))
        if form.email.data and not left:
            sent.told.append(_("It goes to %(email)s.", email=form.email.data))
    sent.told += [str(text) for text in left]


class PaidForm(ProductForm):
    """How the client paid the balance on site."""

    method = LabelledField(_l("Method"), enum=Method)


def _paid(sent: Sent) -> None:
    with clock.at(sent.received_at):
        invoice = onsite.record_paid(sent.session, sent.visit, sent.actor, sent.form.method.data)
        sent.session.flush()
    sent.told.append(_("Payment of invoice %(number)s written down.", number=invoice.number))
    sent.told.append(receipting.word_about(sent.session, invoice, "record_payment") or "")


def _after_assessment(visit: Visit, actor: Actor) -> bool:
    return visit.is_assessment and actor.has(FIELD)


def _may_invoice(_visit: Visit, actor: Actor) -> bool:
    return onsite.may_invoice(db.session, actor)


ACTIONS: tuple[Action, ...] = (
    Action("signature", SignatureForm, _signature, in_field, WORKED),
    Action("next", NextForm, _next, _after_assessment, DONE),
    Action("invoice", InvoiceForm, _invoice, _may_invoice, DONE),
    Action("paid", PaidForm, _paid, _may_invoice, DONE),
)
