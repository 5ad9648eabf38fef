"""What was said on a client's page, and the forms below it: to write, to propose another time, to cancel.

What a page shows of photos, notes and e-mails comes from ``workflow/shown.py`` alone.
"""

from typing import Any

from flask import g, request
from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from sercom.core.base import db
from sercom.core.choices import CheckboxesField, LabelledField, choices_of
from sercom.core.fields import ProductForm
from sercom.entities.delivery.message import is_mail_set
from sercom.entities.documents.model import Document
from sercom.entities.inbox.model import MAX_BODY
from sercom.entities.requests.model import WITHDRAWN, CloseReason, HalfDay, ServiceRequest
from sercom.portal import ticket
from sercom.workflow import followup, inbox, shown


def plain(text: str | None) -> str:
    """Text without the spaces around it, its lines ended as a browser counts them."""
    return (text or "").replace("\r\n", "\n").strip()


class WriteForm(ProductForm):
    """Words to the company."""

    body = TextAreaField(
        _l("Your message"), [Optional(), Length(max=MAX_BODY)], filters=[plain], render_kw={"maxlength": MAX_BODY}
    )


class FollowForm(WriteForm):
    """On the follow-up of a request: with photos, and half-days that suit better."""

    photos = MultipleFileField(_l("Photos"), description=_l("Up to 6, of the device, its plate, the place."))
    availability = CheckboxesField(
        _l("When will somebody be home? Tick all that suits you."), choices=choices_of(HalfDay)
    )


class CancelForm(ProductForm):
    """Why the client gives it up."""

    reason = LabelledField(_l("Why?"), [InputRequired(_l("Choose a reason."))], enum=CloseReason)
    body = TextAreaField(_l("Anything to add?"), [Optional(), Length(max=MAX_BODY)], filters=[plain], id="cancel-body")

    def __init__(self, formdata: Any = None, **kwargs: Any) -> None:
        super().__init__(formdata, **kwargs)
        self.reason.choices = [(reason.value, reason.label) for reason in WITHDRAWN]


def write_form(document: Document, formdata: Any = None) -> WriteForm:
    """The form that belongs on the page of ``document``."""
    return (FollowForm if _is_open_request(document) else WriteForm)(formdata)


def context(document: Document) -> dict[str, Any]:
    """The form below what was said, on every client's page; as it was typed, where it was refused."""
    refused = g.get("refused", {})
    return {
        "write": refused.get("write") or write_form(document),
        "ticket": refused.get("ticket") or ticket.issue(),
        "waiting": refused.get("waiting", ()),
        "sent": request.args.get("sent") == "1",
        "mailed": bool(document.client.email) and is_mail_set(),
    }


def follow_up(row: ServiceRequest, told: shown.Shown) -> dict[str, Any]:
    """What the follow-up of a request shows, as plain values."""
    refused = g.get("refused", {})
    cancelling = refused.get("cancel") or (CancelForm() if inbox.can_cancel(row) else None)
    steps, closed = followup.with_photos(followup.steps_of(row), row, told.photos), followup.is_closed(row)
    return {
        "number": row.number,
        "service": str(row.service or ""),
        "site": str(row.case.site or ""),
        "steps": steps,
        "closed": closed,
        "done": not closed and steps[-1].reached,
        "cancelled": row.id in inbox.cancelled_among(db.session, [row]),
        "preferred": row.available,
        "cancelling": cancelling,
    }


def _is_open_request(document: Document) -> bool:
    return isinstance(document, ServiceRequest) and document.is_editable
