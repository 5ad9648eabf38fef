"""Conversions over HTTP: a page that shows what will be carried, a POST that makes it, undo, bulk."""

import secrets
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import abort, flash, g, make_response, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import select

from sercom.backoffice.access import current_actor
from sercom.backoffice.commands import CommandMixin
from sercom.backoffice.posted import read_version
from sercom.backoffice.seam import attempt
from sercom.core import formats
from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.money import MAX_QUANTITY, ZERO
from sercom.entities.cases.model import Case
from sercom.entities.documents.model import Document
from sercom.entities.documents.options import accepted_of
from sercom.entities.documents.taking import remaining
from sercom.workflow import edges
from sercom.workflow.edges import Choice, Edge
from sercom.workflow.needs import ApprovalForm, PaymentForm


def document_url(document: Document) -> str:
    """The page of any document."""
    return url_for(f"{document.kind.value}s.details_view", id=document.id)


class ConvertForm:
    """The lines of a source with what may still be taken of each, as shown and as typed."""

    template = "admin/convert.html"

    def __init__(self, source: Document, edge: Edge) -> None:
        self.edge = edge
        left = remaining(source) if edge.by_line else {}
        self.errors: dict[str, str] = {}
        asked = source.offer if edges.needs_approval(source) else None
        #: Options that go along, whole, where the approval recorded here takes them.
        self.along = asked.optional if asked else []
        self.rows: list[dict[str, Any]] = [
            {
                "line": line,
                "left": left.get(line.id, line.quantity),
                "text": request.form.get(
                    f"quantity-{line.id}", formats.plain_quantity(left.get(line.id, line.quantity))
                ),
            }
            for line in (asked.fixed if asked else accepted_of(source.lines))
        ]

    def quantities(self) -> dict[int, Decimal]:
        """What can be read of what was typed for each line, and the options that go along."""
        found = {line.id: line.quantity for line in self.along}
        for row in self.rows:
            name, text = f"quantity-{row['line'].id}", str(row["text"]).strip()
            try:
                found[row["line"].id] = formats.read_decimal(text, 3, MAX_QUANTITY) if text else ZERO
            except DomainError as error:
                self.errors[name] = str(error)
        return found

    def choice(self) -> Choice | None:
        """What was chosen, the approval aside; ``None`` where something cannot be read."""
        quantities = self.quantities() if self.edge.by_line and self.rows else None
        return None if self.errors else Choice(quantities, confirm=bool(request.form.get("confirm")))


class ConvertMixin(CommandMixin):
    """The five edges, for the kinds of documents they leave and reach."""

    def prefill(self, form: Any, row: Any) -> None:
        """What the document knows of the answer."""
        if isinstance(form, ApprovalForm):
            form.name.data = row.client.contact_name or row.client.name
        elif isinstance(form, PaymentForm):
            form.amount.data = getattr(row, "deposit_asked", ZERO) or None

    @expose("/<int:row_id>/convert/<edge_name>", methods=("GET", "POST"))
    def convert_view(self, row_id: int, edge_name: str) -> Any:
        """Show what a conversion carries, then make it."""
        edge = edges.find_edge(self.model, edge_name)
        if edge is None:
            abort(404)
        if request.method == "POST" and (beside := self.beside()):
            self.lock_rows([row_id, *beside])
        source = self.get_for_update(row_id) if request.method == "POST" else self.get_one(row_id)
        edges.require_role(edge, current_actor())
        form, approval = self.choice_form(source, edge), self._approval_form(source)
        if request.method == "GET":
            edges.require_state(edge, source)
            return self._convert_page(edge, source, form, approval)
        choice = form.choice()
        if choice is None or (approval is not None and not approval.validate()):
            return self._convert_page(edge, source, form, approval)
        made: list[Document] = []
        choice = replace(choice, approval=approval.arguments() if approval is not None else None)
        refused = attempt(db.session, lambda: made.append(self._convert(edge, source, choice)))
        if refused is None:
            flash(_("Converted: %(number)s.", number=made[0]), "success")
            return redirect(document_url(made[0]))
        if type(refused) in {ForbiddenError, ConflictError}:
            raise refused
        form.errors[refused.field or ""] = str(refused)
        if approval is not None and refused.field in approval:
            approval.add_error(refused)
        return self._convert_page(edge, source, form, approval, refused.status)

    def choice_form(self, source: Document, edge: Edge) -> ConvertForm:
        """What the page asks."""
        return ConvertForm(source, edge)

    def beside(self) -> list[int]:
        """Ids of what was posted to be converted together with the row."""
        return []

    def _convert(self, edge: Edge, source: Document, choice: Choice) -> Document:
        token, version = request.form.get("token", "")[:64], read_version()
        if not token:
            abort(400)
        return edges.convert(db.session, edge, source, current_actor(), choice, token=token, version=version)

    def _approval_form(self, source: Document) -> ApprovalForm | None:
        if not edges.needs_approval(source):
            return None
        form = ApprovalForm(request.form if request.method == "POST" else None)
        form.about(source)
        if request.method == "GET":
            self.prefill(form, source)
        return form

    def _convert_page(
        self,
        edge: Edge,
        source: Document,
        form: ConvertForm,
        approval: Any,
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> Any:
        asked = [str(question) for question in edges.questions(source, edge)]
        if "confirm" in form.errors and form.errors["confirm"] not in asked:
            asked.append(form.errors["confirm"])
        html = self.render(
            form.template,
            edge=edge,
            row=source,
            form=form,
            approval=approval,
            earlier=edges.earlier(source, edge),
            questions=asked,
            token=request.form.get("token") or secrets.token_urlsafe(16),
            version=request.form.get("version") or source.version,
            cancel_url=self.page_url(source),
        )
        return html if request.method == "GET" else make_response(html, status)

    @expose("/<int:row_id>/undo", methods=("POST",))
    def undo_view(self, row_id: int) -> Any:
        """Take back the conversion that made this document."""
        target = self.get_for_update(row_id)
        source: list[Document] = []
        version = read_version()
        refused = attempt(
            db.session,
            lambda: source.append(edges.undo(db.session, target, current_actor(), version=version)),
        )
        if refused is not None:
            raise refused
        flash(_("The conversion was undone."), "success")
        return redirect(document_url(source[0]))

    def lock_rows(self, ids: list[int]) -> None:
        """A conversion writes to the case too: the cases in one order, after their documents."""
        super().lock_rows(ids)
        cases = select(Document.case_id).where(Document.id.in_(ids))
        db.session.execute(select(Case.id).where(Case.id.in_(cases)).order_by(Case.id).with_for_update()).all()

    def bulk_act(self, action: str, row: Any, token: str, version: int | None) -> Any:
        """A conversion with its default choices, or a command."""
        if not action.startswith("convert-"):
            return super().bulk_act(action, row, token, version)
        edge = edges.find_edge(self.model, action.removeprefix("convert-"))
        if edge is None:
            abort(400)
        target = edges.convert(db.session, edge, row, current_actor(), Choice(), token=token, version=version)
        return {"label": str(target), "url": document_url(target)}

    def bulk_choices(self) -> list[tuple[str, Any]]:
        """Conversions first."""
        actor = current_actor()
        conversions = [
            (f"convert-{edge.name}", _("Convert to: %(target)s", target=str(edge.label).lower()))
            for edge in edges.EDGES
            if edge.source is self.model and actor.has(edge.roles)
        ]
        return conversions + super().bulk_choices()

    def row_edges(self, row: Any) -> list[tuple[str, str]]:
        """The conversions that a row of the list offers: address and label."""
        base = f"{request.script_root}{self.url}/{row.id}/convert/"
        labels = g.setdefault("edge_labels", {})
        found = edges.edges_from(row, current_actor())
        # By name: an edge as a key would be hashed with its label, translated each time.
        return [(base + e.name, labels.get(e.name) or labels.setdefault(e.name, str(e.label))) for e in found]
