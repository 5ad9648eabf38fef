"""Interac matching in the back-office: a bank's file in, proposals, one click to record each."""

from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from sercom.accounts import bankfile, interac, matching
from sercom.accounts.model import BankTransfer, TransferStatus
from sercom.backoffice.access import current_actor, require
from sercom.backoffice.seam import attempt
from sercom.core.base import MAX_ID, db, read_whole
from sercom.core.errors import DomainError, ForbiddenError
from sercom.entities.ledger.model import Allocation, Payment
from sercom.workflow import receipting

TRANSFERS_A_PAGE = 20


class InteracMixin:
    """The pages of e-transfers, beside those of the accounts."""

    get_url: Any
    render: Any

    @expose("/interac", methods=("GET", "POST"))
    def interac_view(self) -> Any:
        """What waits, with proposals; a POST reads a bank's file."""
        require("read", "transfers")
        if request.method == "GET":
            return self._interac_page()
        require("create", "transfers")
        file = request.files.get("file")
        if file is None or not file.filename:
            return self._interac_page(DomainError(_("Choose the file first."), "file"))
        name, data = file.filename, file.stream.read(bankfile.MAX_BYTES + 1)
        file.close()
        found: list[interac.TakenIn] = []
        refused = attempt(db.session, lambda: found.append(interac.take_in(db.session, current_actor(), name, data)))
        if refused is not None:
            return self._interac_page(refused)
        flash(*_told(found[0]))
        return redirect(self.get_url(".interac_view"))

    def _interac_page(self, refused: DomainError | None = None, transfer_id: int | None = None, typed: str = "") -> Any:
        """The list; ``refused`` stands at the file, or at the transfer that it is about."""
        wanted = request.args.get("tab", TransferStatus.WAITING.value)
        tab = next((status for status in TransferStatus if status.value == wanted), None) or abort(404)
        page = min(read_whole(request.args.get("page", "")) or 0, MAX_ID // TRANSFERS_A_PAGE)
        stages = select(BankTransfer.stage.label("stage")).subquery()
        counted = select(stages.c.stage, func.count()).group_by(stages.c.stage)
        counts: dict[Any, int] = dict(db.session.execute(counted).tuples().all())
        rows = select(BankTransfer).where(BankTransfer.stage == tab)
        rows = rows.order_by(BankTransfer.received_on.desc(), BankTransfer.id.desc())
        rows = rows.limit(TRANSFERS_A_PAGE).offset(page * TRANSFERS_A_PAGE)
        put = joinedload(BankTransfer.payment).options(
            joinedload(Payment.client), selectinload(Payment.allocations).joinedload(Allocation.invoice)
        )
        transfers = db.session.scalars(rows.options(put)).unique().all()
        waiting = tab is TransferStatus.WAITING and bool(transfers)
        html = self.render(
            "admin/accounts_interac.html",
            tab=tab,
            tabs=list(TransferStatus),
            counts=counts,
            transfers=transfers,
            proposals=matching.propose(db.session, transfers) if waiting else {},
            refused=refused,
            refused_at=transfer_id,
            typed=typed,
            page=page,
            pages=-(-counts.get(tab, 0) // TRANSFERS_A_PAGE),
        )
        return make_response(html, refused.status if refused else 200)

    def _locked(self, transfer_id: int) -> BankTransfer:
        require("update", "transfers")
        row = db.session.get(BankTransfer, transfer_id, with_for_update=True, populate_existing=True)
        return row if row is not None else abort(404)

    def _done(self, transfer_id: int, refused: DomainError | None, message: str, typed: str = "") -> Any:
        if isinstance(refused, ForbiddenError):
            raise refused
        if refused is not None:
            return self._interac_page(refused, transfer_id, typed)
        flash(message, "success")
        return redirect(self.get_url(".interac_view"))

    @expose("/interac/<int:transfer_id>/confirm", methods=("POST",))
    def interac_confirm(self, transfer_id: int) -> Any:
        """Record the transfer on an invoice."""
        transfer, number = self._locked(transfer_id), request.form.get("number", "").strip()[:40]
        new: list[bool] = []
        refused = attempt(
            db.session, lambda: new.append(interac.confirm(db.session, current_actor(), transfer, number))
        )
        once = _("The payment was recorded on %(number)s.", number=number)
        answer = self._done(transfer_id, refused, once if any(new) else _("This was recorded already."), number)
        if any(new) and refused is None and transfer.payment is not None:
            flash(receipting.word_of(db.session, transfer.payment), "info")
        return answer

    @expose("/interac/<int:transfer_id>/set-aside", methods=("POST",))
    def interac_set_aside(self, transfer_id: int) -> Any:
        """Leave the transfer out of what waits."""
        transfer = self._locked(transfer_id)
        refused = attempt(db.session, lambda: interac.set_aside(db.session, current_actor(), transfer))
        return self._done(transfer_id, refused, _("Set aside. It stays in its list, and can be taken up again."))

    @expose("/interac/<int:transfer_id>/restore", methods=("POST",))
    def interac_restore(self, transfer_id: int) -> Any:
        """Let the transfer wait again."""
        transfer = self._locked(transfer_id)
        refused = attempt(db.session, lambda: interac.restore(db.session, current_actor(), transfer))
        return self._done(transfer_id, refused, _("The transfer waits again."))


def _told(taken: interac.TakenIn) -> tuple[str, str]:
    """What a file brought, in words, and in which tone."""
    if not taken.added:
        return _("Nothing new: every e-transfer of this file was there already."), "info"
    text = ngettext("%(num)s e-transfer added.", "%(num)s e-transfers added.", taken.added)
    if taken.known:
        text += " " + ngettext("%(num)s was there already.", "%(num)s were there already.", taken.known)
    return text, "success"
