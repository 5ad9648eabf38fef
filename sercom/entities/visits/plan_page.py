"""The page that plans a visit: the form, who could go beside it, and what speaks against the plan."""

from typing import Any

from flask import request

from sercom.backoffice.commands import CommandMixin
from sercom.core import clock
from sercom.core.base import db
from sercom.workflow.needs import PlanForm
from sercom.workflow.suggesting import Need, suggest_from


class PlanMixin(CommandMixin):
    """Commands of which one plans a visit."""

    command_template = "admin/plan.html"

    def need_of(self, row: Any) -> Need:
        """What the visit of the row needs."""
        raise NotImplementedError

    def is_confirmed(self, form: Any) -> bool:
        """A plan that was changed since the question is asked about again."""
        same = not isinstance(form, PlanForm) or request.form.get("shown", form.key) == form.key
        return same and super().is_confirmed(form)

    def command_context(self, form: Any, row: Any) -> dict[str, Any]:
        """Who could go: in the coming days, or on the day that was refused or asked about, or after it."""
        if not isinstance(form, PlanForm):
            return {}
        day = form.day.data if request.method == "POST" else None
        return {"suggestions": suggest_from(db.session, self.need_of(row), day or clock.today())}
