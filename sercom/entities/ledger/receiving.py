"""Money over HTTP: a payment over several invoices of a client, a refund, what is taken back or off."""

from decimal import Decimal
from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from wtforms.validators import Optional

from sercom.backoffice.access import current_actor
from sercom.backoffice.posted import read_id, read_version
from sercom.backoffice.seam import attempt
from sercom.backoffice.view import EntityView
from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import DomainError, ForbiddenError, NeedsConfirmationError
from sercom.core.fields import MoneyField
from sercom.core.money import ZERO
from sercom.entities.invoices.model import Invoice
from sercom.entities.ledger import book
from sercom.entities.ledger.model import Method, Payment
from sercom.workflow import credit, keeping, payments, receipting
from sercom.workflow.needs import PaymentForm
from sercom.workflow.payments import Received
from sercom.workflow.splitting import early_discount, share_field, split
from sercom.workflow.transitions import require_version


def received_in(form: PaymentForm) -> Received:
    """The money that a form tells of."""
    return Received(form.amount.data, form.method.data, form.received_on.data, form.reference.data or None)


def shares_form(invoices: list[Invoice]) -> PaymentForm:
    """The form of a payment, with a share for each invoice."""
    fields = {share_field(invoice): MoneyField(str(invoice), [Optional()]) for invoice in invoices}
    form: PaymentForm = type("SharesForm", (PaymentForm,), fields)(request.form if request.method == "POST" else None)
    return form


def _tell_of_receipt(row: Payment) -> None:
    """Say that a client holds the receipt of what was taken back."""
    if word := receipting.word_against(db.session, row):
        flash(word, "warning")


class ReceiveMixin(EntityView):
    """A client whose payments and credit are kept here."""

    @expose("/<int:row_id>/payment", methods=("GET", "POST"))
    def payment_view(self, row_id: int) -> Any:
        """Record a payment over the invoices that are open; the oldest first where nothing is typed."""
        payments.require_money(current_actor())
        client, posted = self.get_one(read_id(str(row_id))), request.method == "POST"
        invoices = payments.open_invoices(db.session, client.id, lock=posted)
        form = shares_form(invoices)
        if not posted and invoices:
            form.amount.data = sum((invoice.balance for invoice in invoices), ZERO)
        if not posted or not form.validate():
            return self._payment_page(client, invoices, form)
        if request.form.get("fill"):
            self._fill(form, invoices)
            return self._payment_page(client, invoices, form, status=HTTPStatus.OK)
        typed = {invoice: form[share_field(invoice)].data for invoice in invoices}
        blank = all(share is None for share in typed.values())
        wanted = [(invoice, None if blank else share or ZERO) for invoice, share in typed.items()]
        made: list[Payment] = []
        refused = attempt(db.session, lambda: made.append(self._receive(client, form, wanted)))
        if refused is None:
            flash(_("Payment recorded."), "success")
            flash(receipting.word_of(db.session, made[0]), "info")
            return redirect(url_for("payments.details_view", id=made[0].id))
        if isinstance(refused, ForbiddenError):
            raise refused
        if isinstance(refused, NeedsConfirmationError):
            return self._payment_page(client, invoices, form, refused)
        form.add_error(refused)
        return self._payment_page(client, invoices, form)

    def _receive(self, client: Any, form: PaymentForm, wanted: list[tuple[Invoice, Decimal | None]]) -> Payment:
        require_version(client, read_version())
        confirm = bool(request.form.get("confirm"))
        return payments.receive(db.session, client, current_actor(), received_in(form), wanted, confirm=confirm)

    def _fill(self, form: PaymentForm, invoices: list[Invoice]) -> None:
        """Show what the oldest first would get."""
        cash, day = form.method.data is Method.CASH, form.received_on.data
        parts = split(form.amount.data, [(invoice, None) for invoice in invoices], day, cash=cash)
        got = {part.invoice: min(part.put, part.invoice.balance) for part in parts}
        for invoice in invoices:
            field = form[share_field(invoice)]
            field.raw_data, field.data = None, got.get(invoice, ZERO)

    def _payment_page(
        self,
        client: Any,
        invoices: list[Invoice],
        form: PaymentForm,
        question: DomainError | None = None,
        status: int | None = None,
    ) -> Any:
        html = self.render(
            "admin/receive.html",
            row=client,
            form=form,
            shares=[(i, form[share_field(i)], early_discount(i, clock.today())) for i in invoices],
            question=question,
            foretold=receipting.foretold(db.session, client),
            version=client.version if form.conflict else request.form.get("version") or client.version,
            cancel_url=self.page_url(client),
        )
        code = status or (question.status if question else form.status)
        return html if request.method == "GET" else make_response(html, code)

    def details_context(self, row: Any) -> dict[str, Any]:
        """What of the client's money is on no invoice."""
        return super().details_context(row) | {"credits": book.open_credits(db.session, row.id)}


class GiveBackMixin(EntityView):
    """Rows of the ledger, each met by another one where it was wrong or is given back."""

    @expose("/<int:row_id>/refund", methods=("GET", "POST"))
    def refund_view(self, row_id: int) -> Any:
        """Give back what is left of a payment, a deposit or a credit."""
        payments.require_money(current_actor())
        row = self.get_one(read_id(str(row_id)))
        form = PaymentForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            if row.rest <= ZERO:
                raise DomainError(_("Nothing is left of it to give back."))
            form.amount.data, form.method.data = row.rest, row.method
        elif form.validate():
            seen, made = request.form.get("rest", ""), list[Payment]()
            refused = attempt(
                db.session,
                lambda: made.append(payments.refund(db.session, row, current_actor(), received_in(form), seen=seen)),
            )
            if refused is None:
                flash(_("Refund recorded."), "success")
                flash(receipting.word_of(db.session, made[0]), "info")
                return redirect(self.page_url(row))
            form.add_error(refused)
        html = self.render(
            "admin/refund.html",
            row=row,
            form=form,
            rest=request.form.get("rest") or row.rest,
            cancel_url=self.page_url(row),
        )
        return html if request.method == "GET" else make_response(html, form.status)

    @expose("/<int:row_id>/keep", methods=("POST",))
    def keep_view(self, row_id: int) -> Any:
        """Keep what is left of a deposit: an invoice of it."""
        row, seen, made = self.get_one(read_id(str(row_id))), request.args.get("rest"), []
        refused = attempt(db.session, lambda: made.append(keeping.keep(db.session, row, current_actor(), seen=seen)))
        if refused is not None:
            raise refused
        flash(_("The deposit is kept: %(invoice)s.", invoice=made[0]), "success")
        return redirect(url_for("invoices.details_view", id=made[0].id))

    @expose("/<int:row_id>/correct", methods=("POST",))
    def correct_view(self, row_id: int) -> Any:
        """Take the whole row back, off every invoice it is on."""
        row = self.get_one(read_id(str(row_id)))
        refused = attempt(db.session, lambda: payments.take_back(db.session, row, current_actor()))
        if refused is not None:
            raise refused
        flash(_("The payment was taken back."), "success")
        _tell_of_receipt(row)
        return redirect(self.page_url(row))


class AllocationMixin(EntityView):
    """What counts on an invoice."""

    def allocated(self, row: Invoice, payment_id: int) -> Payment:
        """The row of that id, where it is on this invoice; 404 otherwise."""
        return next((a.payment for a in row.allocations if a.payment_id == payment_id), None) or abort(404)

    @expose("/<int:row_id>/payments/<int:payment_id>/correct", methods=("POST",))
    def correct_payment_view(self, row_id: int, payment_id: int) -> Any:
        """Take a payment back: a cheque without funds, a slip."""
        return self._act(row_id, payment_id, payments.correct, _("The payment was taken back."))

    @expose("/<int:row_id>/payments/<int:payment_id>/release", methods=("POST",))
    def release_view(self, row_id: int, payment_id: int) -> Any:
        """Take a credit off this invoice: it stays the client's."""
        return self._act(row_id, payment_id, credit.release, _("It is the client's credit again."))

    def _act(self, row_id: int, payment_id: int, act: Any, done: str) -> Any:
        invoice = self.get_for_update(row_id)
        row = self.allocated(invoice, payment_id)
        version = read_version()

        def take() -> None:
            payments.require_money(current_actor())
            require_version(invoice, version)
            act(db.session, invoice, row, current_actor())

        refused = attempt(db.session, take)
        if refused is not None:
            raise refused
        flash(done, "success")
        if row.is_corrected:
            _tell_of_receipt(row)
        return redirect(self.page_url(invoice))
