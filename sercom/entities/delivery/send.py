"""The page that sends a quote, an invoice or a credit note: to whom, in which words; what is missing."""

import secrets
from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from sercom.backoffice.access import current_actor
from sercom.backoffice.commands import CommandMixin
from sercom.backoffice.posted import read_version
from sercom.backoffice.seam import attempt
from sercom.core.access import OFFICE
from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError, ForbiddenError, NeedsConfirmationError
from sercom.core.fields import Needed, ProductForm, long
from sercom.entities.company.model import get_company
from sercom.entities.delivery.ending import LinkMixin
from sercom.entities.delivery.letter import signature
from sercom.entities.delivery.mail_template import FIELDS
from sercom.entities.delivery.message import is_mail_set
from sercom.entities.delivery.outbox import Words
from sercom.entities.users.model import Language
from sercom.workflow import sending


class SendForm(ProductForm):
    """The message; the addresses that are known are ticked beside it."""

    others = StringField(_l("Other addresses"), [Length(max=1000)], description=_l("Several are set apart by commas."))
    subject = StringField(_l("Subject"), [Needed(), Length(max=200)])
    body = TextAreaField(_l("Message"), [Needed(), long], render_kw={"rows": 14})


class SendMixin(LinkMixin, CommandMixin):
    """A kind of document that leaves by e-mail."""

    def details_context(self, row: Any) -> dict[str, Any]:
        """Sending comes first, as long as nobody was sent this revision."""
        context = super().details_context(row)
        sendable = sending.can_send(row) and current_actor().has(OFFICE)
        again = sending.was_sent(row, context["messages"])
        told = {"sendable": sendable, "send_first": sendable and not again, "sent_before": again}
        return {**context, **told, "read_at": sending.read_at(row, context["messages"])}

    @expose("/<int:row_id>/send", methods=("GET", "POST"))
    def send_view(self, row_id: int) -> Any:
        """Write the message, look at it, send it."""
        if not current_actor().has(OFFICE):
            raise ForbiddenError(_l("Your role does not allow this."))
        row = self.get_for_update(row_id) if request.method == "POST" else self.get_one(row_id)
        if not sending.can_send(row):
            raise ConflictError(_l("This document cannot be sent as it stands."))
        language = _language(row)
        if request.method == "GET":
            words = sending.proposed_words(db.session, row, language)
            form = SendForm(data=words._asdict())
            return self._send_page(row, form, language, to=sending.recipients_of(row)[:1])
        form, to = SendForm(request.form), _addresses()
        words = Words(language, form.subject.data or "", (form.body.data or "").replace("\r\n", "\n"))
        if "template" in request.form:  # another language: its words, the addresses as ticked
            words = sending.proposed_words(db.session, row, language)
            return self._send_page(row, SendForm(data={**form.data, **words._asdict()}), language, to)
        if not form.validate():
            return self._send_page(row, form, language, to, status=form.status)
        if "send" not in request.form:
            return self._preview(row, form, words, to)
        return self._send(row, form, words, to)

    def _preview(self, row: Any, form: SendForm, words: Words, to: list[str]) -> Any:
        try:
            seen = sending.filled_words(db.session, row, words)
        except DomainError as error:
            form.add_error(error)
            return self._send_page(row, form, words.language, to, status=form.status)
        return self._send_page(row, form, words.language, to, seen=seen)

    def _send(self, row: Any, form: SendForm, words: Words, to: list[str]) -> Any:
        token = request.form.get("token", "")[:64] or abort(400)
        confirm, version = bool(request.form.get("confirm")), read_version()
        refused = attempt(
            db.session,
            lambda: sending.send(
                db.session, row, current_actor(), words, to=to, token=token, confirm=confirm, version=version
            ),
        )
        if refused is None:
            flash(
                _("Sent.") if is_mail_set() else _("Written. No mail server is set: read it under E-mails."), "success"
            )
            return redirect(self.page_url(row))
        if isinstance(refused, NeedsConfirmationError):
            return self._send_page(row, form, words.language, to, status=refused.status, asked=True)
        if isinstance(refused, ConflictError):
            raise refused
        form.add_error(DomainError(refused.message, "others" if refused.field == "to" else refused.field))
        return self._send_page(row, form, words.language, to, status=form.status)

    def _send_page(
        self,
        row: Any,
        form: SendForm,
        language: Language,
        to: list[str],
        *,
        seen: Words | None = None,
        asked: bool = False,
        status: int = HTTPStatus.OK,
    ) -> Any:
        found = sending.findings_of(db.session, row, language)
        html = self.render(
            "admin/send.html",
            row=row,
            form=form,
            language=language,
            languages=list(Language),
            known=sending.recipients_of(row),
            to=to,
            findings=found,
            stopped=any(finding.stops for finding in found),
            asked=asked,
            seen=seen,
            button=_button(row, language),
            foot=signature(get_company(db.session), language),
            fields=[f"{{{name}}}" for name in FIELDS[sending.kind_of(row)]],
            mail_is_set=is_mail_set(),
            version=request.form.get("version") or row.version,
            token=request.form.get("token") or secrets.token_urlsafe(12),
            cancel_url=self.page_url(row),
        )
        return make_response(html, status)


def _language(row: Any) -> Language:
    """The language asked for; the client's own at first."""
    asked = request.form.get("template") or request.form.get("language")
    return next((language for language in Language if language.value == asked), row.client.language)


def _button(row: Any, language: Language) -> str:
    """What the link is called in the e-mail, in its language."""
    with force_locale(language.value):
        return {"quote": _("See the quote"), "invoice": _("See the invoice")}.get(row.kind.value, _("Open the page"))


def _addresses() -> list[str]:
    """The ticked addresses, and those typed beside them, apart by commas or spaces."""
    typed = request.form.get("others", "").replace(",", " ").replace(";", " ").split()
    return list(dict.fromkeys(address for address in (*request.form.getlist("to"), *typed) if address))
