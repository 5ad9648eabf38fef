"""What the views of requests, quotes, jobs and invoices share: page, lines, conversions, undo."""

from decimal import Decimal
from typing import Any

from flask import abort, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import defer, joinedload, selectinload, undefer
from wtforms.validators import Optional

from sercom.backoffice.access import current_actor
from sercom.backoffice.lookup import LookupField
from sercom.backoffice.posted import read_id, read_version
from sercom.core.access import MONEY
from sercom.core.base import db, read_whole
from sercom.core.clock import to_company
from sercom.core.errors import DomainError
from sercom.core.fields import DiscountField, Needed
from sercom.core.labels import Tone
from sercom.core.money import ZERO
from sercom.entities.cases.model import Case
from sercom.entities.clients.lookup import client_lookup
from sercom.entities.clients.model import Client
from sercom.entities.documents.convert import ConvertMixin
from sercom.entities.documents.form import DocumentForm
from sercom.entities.documents.lines import LinesField
from sercom.entities.documents.live import LiveMixin
from sercom.entities.documents.margin import margin_of
from sercom.entities.documents.model import Document
from sercom.entities.documents.thread import journal_of_case, thread_of_case
from sercom.entities.documents.working import working_of
from sercom.entities.equipment.history import Standing
from sercom.entities.equipment.model import Equipment, EquipmentWork
from sercom.entities.inbox.conversation import conversation_of
from sercom.entities.journal.words import EVENTS
from sercom.entities.ledger.book import deposits_of_case
from sercom.entities.sites.lookup import site_lookup
from sercom.workflow import content, edges, receipting, upkeep
from sercom.workflow.needs import PaymentForm
from sercom.workflow.transitions import Transition, available, hindered, require_version

#: Commands that stand on the page as buttons; the others wait in the menu beside them.
NEAR = 2


class DocumentView(LiveMixin, ConvertMixin):
    """A kind of document: the list, the page, the line editor, the conversions."""

    details_template = "admin/document.html"
    create_template = edit_template = "admin/document_form.html"
    column_list: Any = ("number", "client", "title", "stage", "total", "created_at")
    column_sortable_list: Any = ("number", "total", "created_at")
    column_labels = {
        "number": _l("Number"),
        "client": _l("Client"),
        "title": _l("Title"),
        "stage": _l("Status"),
        "net": _l("Before tax"),
        "total": _l("Total"),
        "created_at": _l("Created"),
        "description": _l("Description"),
        "discount": _l("Discount"),
        "discount_percent": _l("Discount, in percent"),
        "tax_province": _l("Taxes of"),
        "tax": _l("Taxes"),
        "gst": _l("GST"),
        "qst": _l("QST"),
        "hst": _l("HST"),
    }
    column_formatters: Any = {"created_at": lambda _view, _context, row, _name: to_company(row.created_at).date()}
    column_export_list: Any = ("number", "client", "title", "stage", "net", "gst", "qst", "hst", "total", "created_at")
    column_formatters_export = {
        code.lower(): lambda _view, _context, document, name: _tax_amount(document, name.upper())
        for code in ("GST", "QST", "HST")
    }
    column_descriptions = {
        "discount": _l("In dollars, or in percent: 10 %"),
        "tax_province": _l("The province whose taxes apply. Choose another only where the supply is made there."),
    }
    form_base_class = DocumentForm
    form_overrides: Any = {"discount": DiscountField}
    tab_column = "stage"
    form_ajax_refs = {"client": client_lookup, "site": site_lookup}
    palette = 4
    #: Whether its page tells cost and margin, to the staff alone.
    shows_margin = False

    def amount(self) -> Any:
        """Taxes in."""
        return Document.total

    # --- loading ------------------------------------------------------------------------------

    def load_options(self) -> tuple[Any, ...]:
        """A row of the list shows its client and its stage."""
        taxes = (selectinload(self.model.taxes),) if request.path.endswith("/export/csv/") else ()
        return (joinedload(self.model.client), undefer(self.model.stage), *taxes)

    def list_options(self) -> tuple[Any, ...]:
        """Of the client its name; no long text."""
        return (joinedload(self.model.client).load_only(Client.name), defer(self.model.description))

    def get_one(self, id: Any) -> Any:  # noqa: A002  # Flask-Admin's name
        """A document with its case, client, lines and taxes, and the devices that it is about."""
        devices = joinedload(Case.works).joinedload(EquipmentWork.equipment)
        devices = devices.options(undefer(Equipment.stage), undefer(Equipment.done_at))
        options = (
            joinedload(self.model.case).options(joinedload(Case.site), devices),
            selectinload(self.model.lines),
            joinedload(self.model.taxes),  # two or three: not worth a question of their own
        )
        row = self.get_query().options(*options).filter(self.model.id == read_id(str(id))).one_or_none()
        return row if row is not None else abort(404)

    # --- forms --------------------------------------------------------------------------------

    def scaffold_form(self) -> Any:
        """The declared columns, and the lines."""
        form = super().scaffold_form()
        form.lines = LinesField(_l("Lines"), offers_options=self.model.offers_options)
        return form

    def get_create_form(self) -> Any:
        """A new document also asks for its client and the place."""
        asked = {
            "client": LookupField(client_lookup, _l("Client"), [Needed()]),
            "site": LookupField(site_lookup, _l("Service address"), [Optional()], allow_blank=True),
        }
        return type("CreateForm", (self.scaffold_form(),), asked)

    def create_form(self, obj: Any = None) -> Any:
        """Prefilled with the client and address that the link names."""
        form = super().create_form(obj)
        if request.method == "GET":
            for name, lookup in (("client", client_lookup), ("site", site_lookup)):
                form[name].data = lookup.get_one(request.args.get(name, ""))
        return form

    def insert(self, form: Any, row: Any) -> None:
        """Start a case with this document."""
        for name, field in form._fields.items():  # WTForms has no public way to the fields
            if name not in {"client", "site", "lines"}:
                field.populate_obj(row, name)
        client = form.client.data
        site = form.site.data or client.only_site
        content.start(db.session, row, current_actor(), client=client, site=site, drafts=form.lines.drafts)
        device = db.session.get(Equipment, read_whole(request.args.get("device", "")) or 0)
        if device is not None and site is not None and device.site_id == site.id:  # begun on the device's own page
            upkeep.concern(db.session, row.case, device, current_actor())

    def change(self, form: Any, row: Any) -> None:
        """Take the new content."""
        require_version(row, read_version())
        with db.session.no_autoflush:
            form.populate_obj(row)
        content.change(db.session, row, current_actor(), form.lines.drafts)

    def check_editable(self, row: Any) -> None:
        """An issued or sent document is not edited."""
        row.require_editable()

    def show_refusal(self, form: Any, refusal: DomainError) -> None:
        """A refusal may name a cell of a line."""
        if refusal.field and refusal.field.startswith("lines-"):
            form.lines.add_error(refusal.field, str(refusal))
        else:
            super().show_refusal(form, refusal)

    def delete_row(self, row: Any) -> None:
        """Only what nothing hangs on: the guards and foreign keys have the last word."""
        refusal = row.refuse_delete()
        if refusal is not None:
            raise DomainError(refusal)
        super().delete_row(row)

    # --- the page -----------------------------------------------------------------------------

    def done(self, transition: Transition, row: Any) -> Any:
        """As the journal tells it where the state stays the same: a payment received, interest charged."""
        told = EVENTS.get(transition.name) if transition.sources == transition.targets else None
        return told or super().done(transition, row)

    def command_context(self, form: Any, row: Any) -> dict[str, Any]:
        """Where the receipt of money will go."""
        told = receipting.foretold(db.session, row.client) if isinstance(form, PaymentForm) else None
        return super().command_context(form, row) | {"foretold": told}

    def words_after(self, transition: Transition, row: Any) -> list[str]:
        """Whether a receipt goes out for the money that was recorded."""
        told = receipting.word_about(db.session, row, transition.name)
        return [told] if told else []

    def palette_detail(self, row: Any) -> str:
        """For whom, and what."""
        return " · ".join(str(part) for part in (row.client, row.title) if part)

    def details_context(self, row: Any) -> dict[str, Any]:
        """The case's thread, what can be done next, photos, notes, journal."""
        actor = current_actor()
        thread = thread_of_case(row.case_id)
        journal = journal_of_case(row.case_id)
        commands = available(row, actor)
        first = commands.pop(0) if commands and commands[0].is_next(row) else None
        near = [command for command in commands if command.tone is not Tone.BAD][:NEAR]
        possible = edges.edges_from(row, actor)
        conversation = conversation_of(row.case, thread)
        return {
            "thread": thread,
            "journal": journal,
            "next_command": first,
            "near": near,
            "far": [command for command in commands if command not in near],
            "edges": possible,
            "next_edge": next((edge for edge in possible if edge.is_next(row)), None),
            "can_undo": edges.can_undo(row, actor),
            "hindered": hindered(row, actor),
            "sendable": False,
            "working": working_of(db.session, row),
            "margin": margin_of(row) if self.shows_margin and actor.has(MONEY) else None,
            "conversation": conversation,
            "messages": conversation.emails_about(row),
            "standing": [Standing(work.equipment, work) for work in row.case.works],
            "deposits": deposits_of_case(db.session, row.case_id),
            "visits": [visit for visit in row.case.visits if visit.document_id == row.id],
        }


def _tax_amount(document: Document, code: str) -> Decimal:
    return next((tax.amount for tax in document.taxes if tax.code == code), ZERO)
