"""The journal in plain words, in the reader's language: what happened, to what, from what to what."""

from decimal import Decimal
from typing import Any

from flask import current_app, url_for
from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from sercom.backoffice.access import may
from sercom.core import formats, unbroken
from sercom.core.base import Model
from sercom.core.journal import JournalEntry
from sercom.core.labels import LabelledType
from sercom.core.money import Money, Percent
from sercom.entities.privacy.consent import Purpose
from sercom.entities.reminders.model import ReminderKind
from sercom.workflow.transitions import TRANSITIONS

#: Events that are no change of status.
EVENTS: dict[str, LazyString] = {
    "created": _l("Created"),
    "changed": _l("Changed"),
    "deleted": _l("Deleted"),
    "converted": _l("Conversion"),
    "credited": _l("Credited"),
    "conversion_undone": _l("Conversion undone"),
    "photo_added": _l("Photo added"),
    "note_added": _l("Internal note added"),
    "client_told": _l("Message to the client"),
    "client_wrote": _l("Message of the client"),
    "answered": _l("Checklist answered"),
    "signed": _l("Signed by the client"),
    "part_used": _l("Part used"),
    "logo_changed": _l("Logo changed"),
    "emailed": _l("Sent by e-mail"),
    "reminded": _l("Reminder written"),
    "contact_chosen": _l("Choice of e-mails"),
    "viewed": _l("Read by the client"),
    "link_revoked": _l("Client's link ended"),
    "hub_link_sent": _l("Link to the client’s page sent"),
    "hub_link_ended": _l("Links to the client’s page ended"),
    "record_payment": _l("Payment received"),
    "payment_corrected": _l("Payment taken back"),
    "payment_released": _l("Credit taken off"),
    "record_deposit": _l("Deposit received"),
    "receipt_sent": _l("Receipt by e-mail"),
    "use_credit": _l("Credit used"),
    "refunded": _l("Money given back"),
    "deposit_kept": _l("Deposit kept"),
    "extend": _l("Offer extended"),
    "charge_interest": _l("Interest charged"),
    "write_off": _l("Written off"),
    "recover": _l("Bad debt taken back"),
    "plan_assessment": _l("Assessment planned"),
    "schedule": _l("Visit planned"),
    "repeat_visits": _l("Visits planned by a rule"),
    "feed_made": _l("Calendar address made"),
    "feed_ended": _l("Calendar address ended"),
    "period_closed": _l("Books closed"),
    "period_reopened": _l("Books opened again"),
    "transfers_read": _l("Bank file read"),
    "transfer_matched": _l("Transfer matched"),
    "transfer_set_aside": _l("Transfer set aside"),
    "transfer_restored": _l("Transfer taken up again"),
    "merged": _l("Clients merged"),
    "merge_undone": _l("Merge undone"),
    "hours_changed": _l("Working hours changed"),
    "imported": _l("Imported"),
    "import_undone": _l("Import undone"),
    "concerned": _l("Equipment concerned"),
    "sticker_renewed": _l("Sticker replaced"),
    "stop_reminders": _l("Reminded of no more"),
    "remind_again": _l("Reminded of again"),
    "data_exported": _l("Personal data handed over"),
    "anonymised": _l("Anonymised"),
}
#: How a person signs in.
ACCOUNT: dict[str, LazyString] = {
    "password_changed": _l("Password changed"),
    "password_reset": _l("Password reset by e-mail"),
    "authenticator_added": _l("Authenticator added"),
    "authenticator_removed": _l("Authenticator removed"),
    "recovery_codes_made": _l("Recovery codes made"),
    "recovery_code_used": _l("Recovery code used"),
    "passkey_added": _l("Passkey added"),
    "passkey_removed": _l("Passkey removed"),
    "signed_out_elsewhere": _l("Other devices signed out"),
    "devices_forgotten": _l("Lost devices forgotten"),
}
EVENTS |= ACCOUNT
#: Events whose words name the subject's kind already.
SELF_EXPLAINED = frozenset({"photo_added", "note_added", "client_told", "client_wrote", "logo_changed", *ACCOUNT})
SELF_EXPLAINED |= {"hub_link_sent", "hub_link_ended"}
#: Events that name an e-mail and where it went.
EMAILED = frozenset({"emailed", "reminded", "hub_link_sent", "receipt_sent"})
#: What an entry may be about, by table.
SUBJECTS: dict[str, LazyString] = {
    "request": _l("Request"),
    "quote": _l("Quote"),
    "job": _l("Job"),
    "invoice": _l("Invoice"),
    "credit_note": _l("Credit note"),
    "visit": _l("Visit"),
    "case": _l("Case"),
    "client": _l("Client"),
    "site": _l("Address"),
    "equipment": _l("Equipment"),
    "file": _l("Photo"),
    "note": _l("Note"),
    "payment": _l("Payment"),
    "catalog_item": _l("Catalogue item"),
    "service": _l("Service"),
    "triage_rule": _l("Triage rule"),
    "checklist": _l("Checklist"),
    "user": _l("Person"),
    "team": _l("Team"),
    "skill": _l("Skill"),
    "absence": _l("Absence"),
    "company": _l("Company"),
    "bank_transfer": _l("Interac transfer"),
    "message": _l("E-mail"),
    "client_message": _l("Message of a client"),
    "mail_template": _l("E-mail template"),
    "tax_rate": _l("Tax rate"),
    "import_run": _l("Import"),
    "consent": _l("Consent"),
    "incident": _l("Incident"),
    "reminder_settings": _l("Reminders"),
}
#: Changes whose value is told in the sentence itself.
LINKS = frozenset({"quote", "job", "invoice", "credit_note", "source", "message"})


def event_label(entry: JournalEntry) -> str:
    """What happened: an event, the status that was reached, or the command that was given."""
    if entry.event in EVENTS:
        return str(EVENTS[entry.event])
    reached = entry.changes.get("status", [None, None])[1]
    if reached is not None:
        return _value(entry.subject_type, "status", reached)
    given = (t.label for t in TRANSITIONS if t.model.__tablename__ == entry.subject_type and t.name == entry.event)
    return str(next(given, entry.event))


def event_sentence(entry: JournalEntry) -> Markup:
    """What happened, and to what: one line of a timeline."""
    subject = "·" if entry.event in SELF_EXPLAINED else SUBJECTS.get(entry.subject_type, "")
    linked = [value for key in LINKS & entry.changes.keys() for value in entry.changes[key] if value]
    sentence = Markup("<strong>{}</strong> {} {}").format(
        event_label(entry), subject, unbroken.on_page(entry.subject_label)
    )
    if entry.event in EMAILED and linked:
        return sentence + Markup(" → {}").format(_message(*linked))
    return sentence + Markup(" → {}").format(unbroken.on_page(linked[0])) if linked else sentence


def _message(message_id: int, address: str) -> Markup | str:
    """To whom an e-mail went, leading to the very message."""
    if not may("read", "messages"):
        return address
    return Markup('<a href="{}">{}</a>').format(url_for("messages.details_view", id=message_id), address)


def change_text(entry: JournalEntry) -> str:
    """A change of status in words: ``Draft → Sent``."""
    return " → ".join(value for name, *both in _changes(entry) if name == "status" for value in both if value)


def change_lines(entry: JournalEntry) -> list[tuple[str, str, str]]:
    """Every change that the event's own words do not tell: the field's name, what it was, what it became."""
    labels = _labels(entry.subject_type)
    told = {"status"} if entry.event not in EVENTS else set()
    return [(str(labels.get(name, name)), before, after) for name, before, after in _changes(entry) if name not in told]


def _changes(entry: JournalEntry) -> list[tuple[str, str, str]]:
    told = ((name, pair) for name, pair in entry.changes.items() if name not in LINKS)
    return [(name, *(_value(entry.subject_type, name, value) for value in pair)) for name, pair in told]  # type: ignore[misc]


def _labels(subject_type: str) -> dict[str, LazyString]:
    """The names of the subject's fields, as its view shows them."""
    found: dict[str, LazyString] = {"lines": _l("Lines"), "status": _l("Status"), "site": _l("Service address")}
    found["passkey"] = _l("Passkey")
    found |= {"client": _l("Client"), "equipment": _l("Equipment"), "amount": _l("Amount"), "reason": _l("Reason")}
    found |= {member.value: member.label for enum in (ReminderKind, Purpose) for member in enum}
    found |= {"locked_until": _l("Books closed up to"), "added": _l("Transfers added"), "file": _l("File")}
    for view in current_app.extensions["admin"][0]._views:  # noqa: SLF001  # Flask-Admin has no public list of views
        if getattr(getattr(view, "model", None), "__tablename__", None) == subject_type:
            found |= getattr(view, "column_labels", {})
    return found


def _value(subject_type: str, name: str, value: Any) -> str:
    """A value of the journal as a person reads it."""
    text = "" if value is None else str(value)
    kind = _type(subject_type, name)
    if isinstance(value, bool):
        text = _("Yes") if value else _("No")
    elif isinstance(value, list):
        count = ngettext("%(num)s line", "%(num)s lines", len(value))
        text = count if name == "lines" else ", ".join(str(part) for part in value)
    elif text and isinstance(kind, LabelledType):
        text = next((str(member.label) for member in kind.enum if member.value == value), text)
    elif text and (isinstance(kind, Money) or name == "amount"):
        text = formats.money(Decimal(text))
    elif text and isinstance(kind, Percent):
        text = formats.percent(Decimal(text))
    return text


def _type(subject_type: str, name: str) -> Any:
    """The type of a column, by the table that the journal names."""
    for mapper in Model.registry.mappers:
        if mapper.class_.__tablename__ == subject_type and name in mapper.columns:
            return mapper.columns[name].type
    return None
