"""The convert page of a job: what of it goes on the invoice, as shown and as typed."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property

from flask import request
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import select

from sercom.backoffice.posted import read_id
from sercom.core import formats
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.money import HUNDRED, MAX_QUANTITY
from sercom.entities.documents.convert import ConvertForm
from sercom.entities.jobs.billing import Billing, billing_of, open_jobs_beside, visits_to_invoice
from sercom.entities.jobs.model import Job
from sercom.entities.visits.model import Visit
from sercom.workflow.billing import Mode, Part
from sercom.workflow.edges import Choice, Edge


class BillForm(ConvertForm):
    """What of a job is invoiced, and which other jobs with it.

    Lines and quantities start as all that is left: that mode is the default, and stands for both.
    """

    template = "admin/bill.html"

    def __init__(self, source: Job, edge: Edge) -> None:
        super().__init__(source, edge)
        self.job = source
        chosen = request.form.get("mode", "")
        self.mode = next((mode for mode in Mode if mode.value == chosen), self.modes[0])
        self.texts = {name: request.form.get(name, "").strip() for name in ("percent", "amount")}
        self.ticked = {read_id(key) for key in request.form.getlist("visit")}
        self.ticked_jobs = set(other_ids())

    @cached_property
    def billing(self) -> Billing:
        """Where the job's invoicing stands."""
        return billing_of(self.job)

    @cached_property
    def visits(self) -> list[Visit]:
        """Finished visits that no invoice bills."""
        return visits_to_invoice(self.job)

    @cached_property
    def beside(self) -> Sequence[Job]:
        """Other jobs of the client that have something left."""
        return open_jobs_beside(self.job)

    @cached_property
    def modes(self) -> list[Mode]:
        """What can be chosen now, the usual first."""
        is_priced, is_open = self.job.net > 0, self.billing.left > 0
        able = {Mode.LINES: bool(self.rows) and (is_open or not is_priced), Mode.VISITS: bool(self.visits)}
        able |= dict.fromkeys((Mode.PERCENT, Mode.AMOUNT), is_priced and is_open)
        able[Mode.RELEASE] = self.billing.held > 0 and not is_open
        return [mode for mode, is_able in able.items() if is_able] or [Mode.LINES]

    def choice(self) -> Choice | None:
        """What was chosen; ``None`` where something cannot be read."""
        others = db.session.scalars(select(Job).where(Job.id.in_(self.ticked_jobs)).order_by(Job.id)).all()
        choice = Choice(others=others, confirm=bool(request.form.get("confirm")))
        part = Part(self.mode)
        for name in self.texts:  # typed without a script, and the way not chosen: it would be forgotten
            if self.texts[name] and name != self.mode.value:
                self.errors[name] = str(_l("Choose this way too, or clear the number."))
        if self.mode is Mode.LINES:
            choice = replace(choice, quantities=self.quantities() if self.rows else None)
            return None if self.errors else choice
        if self.mode is Mode.VISITS:
            part = replace(part, visits=self.ticked)
            if not self.ticked:
                self.errors["visits"] = str(_l("Tick at least one visit."))
        elif self.mode is Mode.PERCENT:
            part = replace(part, percent=self._read("percent", 3, MAX_QUANTITY))
        elif self.mode is Mode.AMOUNT:
            part = replace(part, amount=self._read("amount", 2))
        return None if self.errors else replace(choice, part=part)

    def _read(self, name: str, places: int, maximum: Decimal | None = None) -> Decimal | None:
        text = self.texts[name].removesuffix("%").strip()
        try:
            return formats.read_decimal(text, places, *([maximum] if maximum else [])) if text else None
        except DomainError as error:
            self.errors[name] = str(error)
            return None


def other_ids() -> list[int]:
    """The other jobs that were posted."""
    return [read_id(key) for key in request.form.getlist("job")]


BAR = Markup('{1}<svg class="share thin" aria-hidden="true"><rect class="billed" width="{0}%" height="100%"/></svg>')


def share_bar(net: Decimal, invoiced: Decimal) -> str | Markup:
    """How much of a job is invoiced: percent over a thin bar; nothing where nothing is."""
    if net <= 0 or invoiced <= 0:
        return ""
    whole = max(int(min(invoiced * HUNDRED / net, HUNDRED)), 1)
    return BAR.format(whole, formats.percent(Decimal(whole)))
