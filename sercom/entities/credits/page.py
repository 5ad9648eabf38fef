"""The page on an invoice that makes a credit note: what is taken back, the amounts shown, then issued."""

import secrets
from collections.abc import Callable
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from sercom.backoffice.access import current_actor
from sercom.backoffice.posted import read_version
from sercom.backoffice.seam import attempt
from sercom.core import formats
from sercom.core.access import MONEY
from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.core.labels import Labelled
from sercom.core.money import MAX_QUANTITY, ZERO
from sercom.entities.credits.left import left_of
from sercom.entities.credits.plan import Credit, Wanted, plan
from sercom.entities.documents.convert import ConvertMixin, document_url
from sercom.entities.invoices.model import Invoice, InvoiceStatus
from sercom.workflow import crediting

MAX_REASON = 200


class Scope(Labelled):
    """What of the invoice is taken back."""

    WHOLE = "whole", _l("All that is left of the invoice")
    LINES = "lines", _l("Lines and quantities")
    AMOUNT = "amount", _l("An amount before tax")


class CreditForm:
    """What may be credited and what was typed; a refusal stands beside its field."""

    def __init__(self, invoice: Invoice) -> None:
        self.left = left_of(invoice)
        self.errors: dict[str, str] = {}
        self.reason = request.form.get("reason", "").strip()
        self.amount = request.form.get("amount", "")
        asked = request.form.get("scope")
        self.scope = next((scope for scope in Scope if scope.value == asked), Scope.WHOLE)
        self.rows: list[dict[str, Any]] = [
            {
                "line": line,
                "left": self.left.quantities.get(line.id, ZERO),
                "text": request.form.get(f"quantity-{line.id}", ""),
            }
            for line in invoice.lines
            if line.is_item
        ]

    def wanted(self) -> Wanted | None:
        """What was asked for; ``None`` where a figure cannot be read."""
        wanted = Wanted()
        if self.scope is Scope.AMOUNT:
            wanted = Wanted(amount=self._read("amount", self.amount, formats.read_money))
        elif self.scope is Scope.LINES:
            names = {row["line"].id: (f"quantity-{row['line'].id}", row["text"].strip()) for row in self.rows}
            wanted = Wanted({key: self._read(name, text, _quantity) for key, (name, text) in names.items() if text})
        if self.errors:
            return None
        if not self.reason:
            self.errors["reason"] = _("Say why: the credit note tells it.")
        elif len(self.reason) > MAX_REASON:
            self.errors["reason"] = _("At most %(count)s characters.", count=MAX_REASON)
        return wanted

    def _read(self, name: str, text: str, read: Callable[[str], Decimal]) -> Decimal:
        try:
            return read(text)
        except DomainError as error:
            self.errors[name] = str(error)
            return ZERO


def _quantity(text: str) -> Decimal:
    return formats.read_decimal(text, 3, MAX_QUANTITY)


class CreditMixin(ConvertMixin):
    """Invoices, of which credit notes are made."""

    def details_context(self, row: Any) -> dict[str, Any]:
        """Its credit notes, and whether there is something left to credit."""
        context = super().details_context(row)
        notes = row.credit_notes
        left = row.total - sum((note.total for note in notes), ZERO)
        creditable = row.status is InvoiceStatus.ISSUED and left > ZERO and current_actor().has(MONEY)
        return {**context, "creditable": creditable, "credit_notes": notes}

    @expose("/<int:row_id>/credit", methods=("GET", "POST"))
    def credit_view(self, row_id: int) -> Any:
        """Choose, look at the amounts, issue."""
        crediting.require_role(current_actor())
        invoice = self.get_for_update(row_id) if request.method == "POST" else self.get_one(row_id)
        form = CreditForm(invoice)
        if request.method == "GET":
            crediting.require_issued(invoice)
            return self._credit_page(invoice, form)
        wanted = form.wanted()
        if wanted is None:
            return self._credit_page(invoice, form)
        if "shown" in request.form and not form.errors:
            return self._issue_credit(invoice, form, wanted)
        return self._preview_credit(invoice, form, wanted, HTTPStatus.OK)

    def _issue_credit(self, invoice: Invoice, form: CreditForm, wanted: Wanted) -> Any:
        token, shown, version = request.form.get("token", "")[:64], request.form["shown"], read_version()
        if not token:
            abort(400)
        made: list[Any] = []
        refused = attempt(
            db.session,
            lambda: made.append(
                crediting.credit(
                    db.session,
                    invoice,
                    current_actor(),
                    wanted,
                    reason=form.reason,
                    token=token,
                    shown=shown,
                    version=version,
                )
            ),
        )
        if refused is None:
            flash(_("Issued: %(number)s.", number=made[0]), "success")
            return redirect(document_url(made[0]))
        if type(refused) in {ForbiddenError, ConflictError}:
            raise refused
        form.errors[refused.field or ""] = str(refused)
        return self._preview_credit(invoice, form, wanted, refused.status)

    def _preview_credit(self, invoice: Invoice, form: CreditForm, wanted: Wanted, status: int) -> Any:
        crediting.require_issued(invoice)
        try:
            planned = plan(invoice, wanted)
        except DomainError as refused:
            form.errors[refused.field or ""] = str(refused)
        if set(form.errors) - {"confirm"}:
            return self._credit_page(invoice, form)
        return self._credit_page(invoice, form, planned, status)

    def _credit_page(
        self,
        invoice: Invoice,
        form: CreditForm,
        planned: Credit | None = None,
        status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    ) -> Any:
        html = self.render(
            "admin/credit.html",
            row=invoice,
            form=form,
            scopes=list(Scope),
            planned=planned,
            notes=invoice.credit_notes,
            token=request.form.get("token") or secrets.token_urlsafe(16),
            version=request.form.get("version") or invoice.version,
            cancel_url=self.page_url(invoice),
        )
        return html if request.method == "GET" else make_response(html, status)
