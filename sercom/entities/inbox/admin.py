"""What clients wrote, in the back-office: what waits first, each with its case's conversation."""

from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import literal, select
from sqlalchemy.orm import joinedload

from sercom.backoffice import filters
from sercom.backoffice.access import current_actor
from sercom.backoffice.commands import CommandMixin
from sercom.backoffice.listing import Indexed, contains
from sercom.backoffice.posted import read_back
from sercom.core.access import MONEY
from sercom.core.clock import day_bounds
from sercom.entities.cases.model import Case
from sercom.entities.inbox.conversation import conversation_of
from sercom.entities.inbox.model import ClientMessage, InboxKind, InboxStatus
from sercom.entities.visits.model import Visit
from sercom.workflow.transitions import available

EXCERPT = 90


def excerpt(row: ClientMessage) -> str:
    """The beginning of what was written; half-days and photos where nothing was."""
    words = " ".join(row.body.split()) or ", ".join(str(day) for day in row.half_days) or str(row.kind.label)
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1].rstrip() + "…"


class InboxView(CommandMixin):
    """Messages of clients."""

    entity = "inbox"
    details_template = "admin/client_message.html"
    tab_column = "status"
    tab_enum = InboxStatus
    waits = {InboxStatus.NEW: _l("Messages of clients to handle")}
    default_order = (ClientMessage.status.desc(), ClientMessage.id.desc())
    column_list = ("author", "body", "document", "kind", "status", "created_at")
    column_details_list = column_list
    column_sortable_list = ("created_at",)
    column_labels = {
        "body": _l("Message"),
        "author": _l("Client"),
        "document": _l("About"),
        "kind": _l("Kind"),
        "status": _l("Status"),
        "created_at": _l("Written"),
    }
    column_formatters = {
        "body": lambda _view, _context, row, _name: Markup('<span class="words">{}</span>').format(excerpt(row)),
        "document": lambda _view, _context, row, _name: Markup('<span class="nowrap">{}</span>').format(row.known_as),
    }
    form_columns = ("body",)
    column_filters = (
        filters.Choice(ClientMessage.kind, _l("Kind"), InboxKind, "kind"),
        filters.Since(ClientMessage.created_at, _l("From"), "from", lambda day: day_bounds(day)[0]),
        filters.Until(ClientMessage.created_at, _l("Until"), "until", lambda day: day_bounds(day)[1]),
    )
    search_in = (contains(ClientMessage.body), contains(ClientMessage.author), Indexed(ClientMessage.case_id, Case))
    empty_hint = _l("What clients write on the pages behind their links arrives here.")

    def narrow(self, query: Any) -> Any:
        """A technician sees what was written about own visits' cases."""
        actor = current_actor()
        if actor.has(MONEY):
            return query
        return query.filter(ClientMessage.case_id.in_(select(Visit.case_id).where(Visit.assigned_to(actor.user_id))))

    def amount(self) -> Any:
        """Messages come to no amount."""
        return literal(0)

    def load_options(self) -> tuple[Any, ...]:
        """The list names the document, or the case."""
        return (joinedload(ClientMessage.document), joinedload(ClientMessage.case).joinedload(Case.client))

    def details_context(self, row: Any) -> dict[str, Any]:
        """The whole conversation around it, and what can be done."""
        more = {"commands": available(row, current_actor()), "conversation": conversation_of(row.case)}
        return {**super().details_context(row), **more}

    def after_command(self, row: Any) -> str:
        """Back to where the button stood."""
        return read_back(self.page_url(row))
