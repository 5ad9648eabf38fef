"""Findings: notes, parts, answers to the checklist, photos."""

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms import BooleanField, IntegerField, MultipleFileField, StringField, TextAreaField
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from sercom.backoffice.access import may
from sercom.core import formats, journal
from sercom.core.base import db
from sercom.core.choices import LabelledField
from sercom.core.errors import ConflictError, DomainError
from sercom.core.fields import MoneyField, Needed, ProductForm, QuantityField, long
from sercom.entities.files.model import File, Moment
from sercom.entities.files.sent import read_photos
from sercom.entities.files.store import add_photo
from sercom.entities.visits.answers import AnswersField
from sercom.entities.visits.checks import checks_of, take_answers
from sercom.entities.visits.model import PartDraft, Visit
from sercom.field.sent import Action, Sent
from sercom.field.states import AT_WORK, THERE, WORKED, in_field, require
from sercom.workflow import onsite
from sercom.workflow.writing import add_internal_note

MAX_FINDINGS = 5000


def _is_invoiced(visit: Visit) -> bool:
    return onsite.invoice_of(db.session, visit) is not None


# --- notes and measurements ---------------------------------------------------------------------


class NoteForm(ProductForm):
    """What was found or measured; it goes into the report, or stays in the company."""

    body = TextAreaField(_l("What you see or measure"), [Needed(), long])
    internal = BooleanField(_l("For the office only"))


def _note(sent: Sent) -> None:
    """Findings are added to, never written over: two phones, or a phone and the office, lose nothing."""
    require(sent, THERE)
    body = sent.form.body.data.strip()
    if sent.form.internal.data:
        add_internal_note(sent.session, sent.visit.case, sent.actor, body)
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
    require(sent, WORKED)
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


class AnswersForm(ProductForm):
    """The items of the visit's checklists."""

    answers = AnswersField(_l("Checklist"))

    def about(self, row: Visit) -> None:
        """What is asked, and what was answered."""
        self.answers.checks = checks_of(row)


def _answers(sent: Sent) -> None:
    require(sent, AT_WORK)
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
    require(sent, THERE)
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


ACTIONS: tuple[Action, ...] = (
    Action("note", NoteForm, _note, in_field, THERE),
    Action("photo", PhotoForm, _photo, in_field, THERE, before=_decode),
    Action("answers", AnswersForm, _answers, in_field, AT_WORK),
    Action("part", PartForm, _part, in_field, WORKED),
)
