"""Findings and proof: notes, parts, answers, photos, the signature, what comes next, the invoice."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import object_session
from wtforms import BooleanField, Field, HiddenField, IntegerField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import AnyOf, Length, Optional
from wtforms.widgets import HiddenInput

from sercom.backoffice.access import may
from sercom.core import clock, formats, journal
from sercom.core.access import FIELD, Actor
from sercom.core.base import db
from sercom.core.choices import LabelledField
from sercom.core.errors import ConflictError, DomainError
from sercom.core.fields import EmailField, MoneyField, Needed, ProductForm, QuantityField, long, short
from sercom.entities.cases.model import Note
from sercom.entities.company.model import get_company
from sercom.entities.files.model import File, Moment
from sercom.entities.files.sent import read_photos
from sercom.entities.files.store import add_photo
from sercom.entities.invoices.model import InvoiceStatus
from sercom.entities.ledger.model import Method
from sercom.entities.visits.checks import Check, checks_of, take_answers
from sercom.entities.visits.model import PartDraft, Visit, VisitStatus
from sercom.entities.visits.signing import read_drawing, sign
from sercom.field.sent import Action, Sent
from sercom.workflow import onsite
from sercom.workflow.sending import recipients_of

S = VisitStatus
AT_WORK = frozenset({S.IN_PROGRESS, S.PAUSED})
WORKED = AT_WORK | {S.DONE, S.INCOMPLETE}
THERE = WORKED | {S.SCHEDULED, S.ON_THE_WAY, S.CLIENT_ABSENT}
DONE = frozenset({S.DONE})
MAX_FINDINGS = 5000


def _require(sent: Sent, states: frozenset[VisitStatus]) -> None:
    """Refuse what the visit's state has no place for, and say what to do."""
    status = sent.visit.status
    if status in states:
        return
    if status in {S.SCHEDULED, S.ON_THE_WAY}:
        raise ConflictError(_l("This visit is not started yet. Press “Start”, then send this again."))
    raise ConflictError(_l("This visit stands at “%(state)s”: nothing was added.", state=status.label))


def _is_invoiced(visit: Visit) -> bool:
    return onsite.invoice_of(db.session, visit) is not None


# --- notes and measurements ---------------------------------------------------------------------


class NoteForm(ProductForm):
    """What was found or measured; it goes into the report, or stays in the company."""

    body = TextAreaField(_l("What you see or measure"), [Needed(), long])
    internal = BooleanField(_l("For the office only"))


def _note(sent: Sent) -> None:
    """Findings are added to, never written over: two phones, or a phone and the office, lose nothing."""
    _require(sent, THERE)
    body = sent.form.body.data.strip()
    if sent.form.internal.data:
        note = Note(case=sent.visit.case, body=body, author_id=sent.actor.user_id)
        sent.session.add(note)
        sent.session.flush()
        journal.record(sent.session, sent.actor, "note_added", note)
        sent.told.append(_("The note was added."))
        return
    findings = "\n".join(text for text in (sent.visit.findings, body) if text)
    if len(findings) > MAX_FINDINGS:
        raise DomainError(_l("The findings of this visit are full: write it as a note for the office."), "body")
    sent.visit.findings = findings
    changes = journal.changes_of(sent.visit)
    sent.session.flush()
    journal.record(sent.session, sent.actor, "changed", sent.visit, changes)
    sent.told.append(_("Written down."))


# --- parts --------------------------------------------------------------------------------------


class PartForm(ProductForm):
    """A part used; with ``part``, another quantity of one that is there (none takes it off)."""

    description = StringField(_l("Part"), [Needed(), Length(max=200)])
    quantity = QuantityField(_l("Quantity"), [Optional()], default=Decimal(1))
    unit_price = MoneyField(_l("Price"), [Optional()])
    part = IntegerField(_l("Part"), [Optional()], widget=HiddenInput())

    def about(self, row: Visit) -> None:
        """Prices are typed by those who see them."""
        if not _sees_prices():
            del self.unit_price


def _sees_prices() -> bool:
    from flask_security import current_user

    return may("read", "catalog") or bool(current_user and current_user.sees_prices)


def _part(sent: Sent) -> None:
    _require(sent, WORKED)
    if _is_invoiced(sent.visit):
        raise ConflictError(_l("This visit is invoiced: the office adds what is missing."))
    form, quantity = sent.form, sent.form.quantity.data
    quantity = Decimal(1) if quantity is None else quantity
    price = form.unit_price.data if "unit_price" in form else None
    if quantity < 0 or (not quantity and not form.part.data):
        raise DomainError(_l("Enter a quantity."), "quantity")
    if price is not None and price < 0:
        raise DomainError(_l("A price is not negative."), "unit_price")
    draft = PartDraft(form.description.data.strip(), quantity, price)
    sent.visit.use_part(draft, form.part.data)
    sent.session.flush()
    told = [None, f"{formats.plain_quantity(quantity)} × {draft.description}"]
    journal.record(sent.session, sent.actor, "part_used", sent.visit, {"parts": told})
    sent.told.append(_("Part taken off.") if not quantity else _("Part written down."))


# --- checklist ----------------------------------------------------------------------------------


class AnswersField(Field):
    """``asked`` names the items that the page showed, ``answer-<id>`` what was typed for each."""

    widget = None
    data: Any = None
    typed: dict[int, str]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """What was typed, by item; an item left blank is blank."""
        self.process_errors: Any = []
        asked = formdata.getlist("asked") if formdata else []
        ids = [int(text) for text in asked if text.isascii() and text.isdigit() and len(text) < 10]  # noqa: PLR2004
        self.typed = {key: str(formdata.get(f"answer-{key}", "")) for key in ids}


class AnswersForm(ProductForm):
    """The items of the visit's checklists."""

    answers = AnswersField(_l("Checklist"))
    checks: list[Check] = []  # filled by ``about``

    def about(self, row: Visit) -> None:
        """What is asked, and what was answered."""
        self.checks = checks_of(row)

    def shown(self, check: Check) -> str:
        """What stands in the field: as typed, else as kept."""
        return self.answers.typed.get(check.item_id or 0, check.shown)


def _answers(sent: Sent) -> None:
    _require(sent, AT_WORK)
    with sent.session.no_autoflush:
        changes = take_answers(sent.visit, sent.form.answers.typed, sent.actor.user_id)
    sent.session.flush()
    if changes:
        journal.record(sent.session, sent.actor, "answered", sent.visit, dict(changes))
    missing = [check for check in checks_of(sent.visit) if check.is_missing]
    left = ngettext("%(num)s required answer is left.", "%(num)s required answers are left.", len(missing))
    sent.told.append(f"{_('Checklist kept.')} {left if missing else ''}".strip())


# --- photos -------------------------------------------------------------------------------------


class PhotoForm(ProductForm):
    """A photo, or a few where there is no script; when it was taken, and words."""

    photos = MultipleFileField(_l("Photos"))
    moment = LabelledField(_l("Taken"), [Optional()], enum=Moment, default=Moment.DURING)
    caption = StringField(_l("Caption"), [Optional(), Length(max=200)])


def _decode(form: Any) -> None:
    form.read = read_photos(file for file in form.photos.data or () if hasattr(file, "filename"))


def _photo(sent: Sent) -> None:
    """Each photo is kept once: the same one again is the one that is there."""
    _require(sent, THERE)
    read = sent.form.read
    if not read:
        raise DomainError(_l("Choose at least one photo."), "photos")
    visit = sent.visit
    known = set(sent.session.scalars(select(File.sha256).where(File.visit_id == visit.id)))
    added = 0
    for name, photo in read:
        if photo.sha256 in known:
            continue
        known.add(photo.sha256)
        add_photo(
            sent.session,
            visit.case,
            photo,
            sent.actor,
            name=name,
            caption=(sent.form.caption.data or "").strip(),
            moment=sent.form.moment.data,
            visit_id=visit.id,
            document_id=visit.document_id,
        )
        added += 1
    sent.told.append(
        ngettext("%(num)s photo kept.", "%(num)s photos kept.", added) if added else _("This photo is there already.")
    )


# --- signature ----------------------------------------------------------------------------------


class SignatureForm(ProductForm):
    """Strokes on the glass, and whose they are."""

    name = StringField(_l("Name of who signs"), [Needed(), short])
    drawing = HiddenField(_l("Signature"))


def _signature(sent: Sent) -> None:
    _require(sent, WORKED)
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


# --- the registry -------------------------------------------------------------------------------


def _in_field(_visit: Visit, actor: Actor) -> bool:
    return actor.has(FIELD)


def _after_assessment(visit: Visit, actor: Actor) -> bool:
    return visit.is_assessment and actor.has(FIELD)


def _may_invoice(_visit: Visit, actor: Actor) -> bool:
    return onsite.may_invoice(db.session, actor)


def _action(
    name: str,
    form: type[ProductForm],
    run: Callable[[Sent], None],
    states: frozenset[VisitStatus],
    offered: Callable[[Visit, Actor], bool] = _in_field,
) -> Action:
    return Action(name, form, run, offered, states)


ACTIONS: tuple[Action, ...] = (
    _action("note", NoteForm, _note, THERE),
    replace(_action("photo", PhotoForm, _photo, THERE), before=_decode),
    _action("answers", AnswersForm, _answers, AT_WORK),
    _action("part", PartForm, _part, WORKED),
    _action("signature", SignatureForm, _signature, WORKED),
    _action("next", NextForm, _next, DONE, _after_assessment),
    _action("invoice", InvoiceForm, _invoice, DONE, _may_invoice),
    _action("paid", PaidForm, _paid, DONE, _may_invoice),
)
