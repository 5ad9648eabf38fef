"""The outbox and the words of e-mails in the back-office."""

from typing import Any

from flask import abort, flash, redirect
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import literal
from sqlalchemy.orm import joinedload

from sercom.backoffice import filters, formatters
from sercom.backoffice.access import current_actor
from sercom.backoffice.commands import CommandMixin
from sercom.backoffice.listing import contains
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core import journal
from sercom.core.access import OFFICE, OWNER
from sercom.core.base import db
from sercom.core.clock import day_bounds, utcnow
from sercom.core.errors import ForbiddenError
from sercom.entities.company.model import get_company
from sercom.entities.delivery.letter import languages_sent, signature
from sercom.entities.delivery.mail_template import FIELDS
from sercom.entities.delivery.message import Message, MessageKind, MessageStatus, is_mail_set
from sercom.workflow.transitions import available, hindered


class MessageView(CommandMixin):
    """E-mails as they left, or wait, or failed."""

    entity = "messages"
    details_template = "admin/message.html"
    tab_column = "status"
    tab_enum = MessageStatus
    waits = {MessageStatus.DEAD: _l("E-mails that failed")}
    default_order = (Message.id.desc(),)
    column_list = ("created_at", "kind", "to_email", "subject", "status")
    column_sortable_list = ("created_at",)
    column_formatters = {"kind": formatters.in_words, "to_email": formatters.mailbox, "subject": formatters.numbered}
    column_labels = {
        "created_at": _l("Written"),
        "kind": _l("Kind"),
        "to_email": _l("Recipient"),
        "subject": _l("Subject"),
        "status": _l("Status"),
        "case": _l("Case"),
    }
    form_columns = ("subject",)
    column_filters = (
        filters.Choice(Message.kind, _l("Kind"), MessageKind, "kind"),
        filters.Since(Message.created_at, _l("From"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(Message.created_at, _l("Until"), "until", lambda day: day_bounds(day)[1]),
    )
    search_in = (contains(Message.to_email), contains(Message.subject))
    empty_hint = _l("A quote or an invoice is sent from its own page.")

    def narrow(self, query: Any) -> Any:
        """What is about a person's account is the owner's business alone."""
        return query if current_actor().has(OWNER) else query.filter(Message.kind != MessageKind.ACCOUNT)

    def amount(self) -> Any:
        """E-mails come to no amount."""
        return literal(0)

    def load_options(self) -> tuple[Any, ...]:
        """The page leads to the case."""
        return (*map(joinedload, (Message.case, Message.link, Message.hub_link, Message.approval)),)

    def details_context(self, row: Any) -> dict[str, Any]:
        """The message as its reader sees it, and what can be done."""
        actor = current_actor()
        return {
            "commands": available(row, actor),
            "hindered": hindered(row, actor),
            "languages": languages_sent(row) if row.revision is not None else [],
            "foot": signature(get_company(db.session), row.language),
            "mail_is_set": is_mail_set(),
            "may_revoke": actor.has(OFFICE) and row.page is not None and row.page.is_open,
            **super().details_context(row),
        }

    @expose("/<int:row_id>/revoke", methods=("POST",))
    def revoke_view(self, row_id: int) -> Any:
        """End the client's link that this message carries."""
        if not current_actor().has(OFFICE):
            raise ForbiddenError(_l("Your role does not allow this."))
        message = self.get_for_update(row_id)
        if message.page is None:
            abort(404)
        refused = attempt(db.session, lambda: self._revoke(message))
        if refused is not None:
            raise refused
        flash(_("The link no longer opens."), "success")
        return redirect(self.page_url(message))

    def _revoke(self, message: Message) -> None:
        if message.page is not None and message.page.revoked_at is None:
            message.page.revoked_at = utcnow()
            journal.record(db.session, current_actor(), "link_revoked", message)


class MailTemplateView(EntityView):
    """The words of e-mails: changed, never added to."""

    entity = "mail_templates"
    edit_template = "admin/mail_template_form.html"
    details_template = "admin/mail_template.html"
    column_list = ("kind", "language", "subject")
    column_details_list = ("kind", "language", "subject", "body")
    column_labels = {"kind": _l("Kind"), "language": _l("Language"), "subject": _l("Subject"), "body": _l("Message")}
    form_columns = ("subject", "body")
    form_args = {"body": {"render_kw": {"rows": 14}}}
    can_set_page_size = False

    def change(self, form: Any, row: Any) -> None:
        """Check the fields that the words name, then keep them."""
        with db.session.no_autoflush:
            form.populate_obj(row)
            row.check()
        super().change(form, row)

    def _form_page(self, form: Any, row: Any) -> Any:
        form.fields_of_kind = [f"{{{name}}}" for name in FIELDS[row.kind]] if row is not None else []
        return super()._form_page(form, row)
