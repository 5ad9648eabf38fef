"""The forms of commands: what a verb needs besides its subject."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from sercom.core import clock
from sercom.core.choices import LabelledField, RowField
from sercom.core.errors import DomainError
from sercom.core.fields import ClockField, DayField, MoneyField, Needed, ProductForm, long, short
from sercom.entities.jobs.model import HoldReason
from sercom.entities.ledger.model import Method
from sercom.entities.quotes.evidence import Channel
from sercom.entities.quotes.field import OptionsField
from sercom.entities.quotes.model import DeclineReason
from sercom.entities.requests.model import CloseReason
from sercom.entities.users.model import active_people, active_teams
from sercom.entities.visits.checks import unanswered
from sercom.entities.visits.model import IncompleteReason
from sercom.workflow import upkeep
from sercom.workflow.availability import USUAL, next_start
from sercom.workflow.recurring import MAX_VISITS, Repeat, Unit

DAY_START, DAY_END = USUAL
#: Months.
YEAR = 12
#: In minutes: what a visit takes at first, and the longest that fits into a day.
TWO_HOURS, LONGEST = 120, (DAY_END.hour - DAY_START.hour) * 60


def _next_day() -> date:
    """The next day of work; today's is under way."""
    return next_start(LONGEST).date()


class PlanForm(ProductForm):
    """A day, two times and who goes. In the company's time zone; the verb takes UTC."""

    day = DayField(_l("Day"), [Needed()])
    starts = ClockField(_l("From"), [Optional()])
    ends = ClockField(_l("To"), [Optional()])
    any_time = BooleanField(_l("Any time that day"))
    person = RowField(_l("Person"), rows=active_people)
    team = RowField(_l("Team"), rows=active_teams)
    instructions = TextAreaField(_l("Instructions"), [Optional(), long])

    def arguments(self) -> dict[str, Any]:
        """The two moments in UTC, and the rest as it is."""
        starts, ends = (DAY_START, DAY_END) if self.any_time.data else (self.starts.data, self.ends.data)
        starts_at = clock.from_company(self.day.data, starts or DAY_START)
        ends_at = clock.from_company(self.day.data, ends) if ends else starts_at + timedelta(hours=1)
        return {
            "starts_at": starts_at,
            "ends_at": ends_at,
            "any_time": self.any_time.data,
            "person": self.person.data,
            "team": self.team.data,
            "instructions": self.instructions.data or None,
        }

    def last(self, minutes: int | None) -> None:
        """Start from the next time for so many minutes; two hours where nobody knows, or no day is as long."""
        length = minutes if minutes and minutes <= LONGEST else TWO_HOURS
        starts = next_start(length)
        ends = starts + timedelta(minutes=length)
        self.day.data, self.starts.data, self.ends.data = starts.date(), starts.time(), ends.time()

    def start_from(self, chosen: Mapping[str, str]) -> None:
        """Take what the address of a suggestion says; what cannot be read stays as it was."""
        for name in ("day", "starts", "ends", "person"):
            kept = self[name].data
            with suppress(ValueError):
                self[name].process_formdata([chosen[name]] if chosen.get(name) else [])
            self[name].data = self[name].data or kept
        if chosen.get("person") and self.person.data:
            self.team.data = None

    @property
    def key(self) -> str:
        """What is planned, said short: a confirmation holds for the plan that was shown, and no other."""
        names = ("day", "starts", "ends", "any_time", "person", "team")
        return "|".join(str(getattr(self[name].data, "id", self[name].data)) for name in names)

    def show(self, starts_at: datetime | None, ends_at: datetime | None) -> None:
        """Start from a plan that exists."""
        if starts_at and ends_at:
            local = clock.to_company(starts_at)
            self.day.data, self.starts.data = local.date(), local.time()
            self.ends.data = clock.to_company(ends_at).time()


class RepeatForm(ProductForm):
    """From when on a visit comes again, how often, and until when."""

    first_day = DayField(_l("First visit"), [Needed()], default=_next_day)
    starts = ClockField(_l("From"), [Needed()], default=DAY_START)
    ends = ClockField(_l("To"), [Needed()], default=time(10))
    every = IntegerField(_l("Comes again every"), [Needed(), NumberRange(1, 52)], default=1)
    unit = LabelledField(_l("Unit"), enum=Unit, default=Unit.YEAR)
    times = IntegerField(_l("How many times"), [Optional(), NumberRange(2, MAX_VISITS)])
    until = DayField(_l("Or until"), [Optional()])
    person = RowField(_l("Person"), rows=active_people)
    team = RowField(_l("Team"), rows=active_teams)
    instructions = TextAreaField(_l("Instructions"), [Optional(), long])

    def about(self, row: Any) -> None:
        """As often as the devices are maintained that the case is the maintenance of."""
        months = upkeep.rhythm_of(row.case)
        if months and self.every.raw_data is None:
            by_year = months % YEAR == 0
            self.every.data, self.unit.data = (months // YEAR, Unit.YEAR) if by_year else (months, Unit.MONTH)

    def validate(self, extra_validators: Any = None) -> bool:
        """One end, and an hour after the other."""
        if not super().validate(extra_validators):
            return False
        if (self.times.data is None) == (self.until.data is None):
            self.add_error(DomainError(_l("Say how many times, or until which day."), "times"))
        if self.ends.data <= self.starts.data:
            self.add_error(DomainError(_l("The visit ends before it starts."), "ends"))
        return not self.errors

    def arguments(self) -> dict[str, Any]:
        """The rule, and who goes."""
        length = datetime.combine(clock.today(), self.ends.data) - datetime.combine(clock.today(), self.starts.data)
        minutes = int(length.total_seconds() // 60)
        told = {"every": self.every.data, "unit": self.unit.data, "times": self.times.data, "until": self.until.data}
        return {
            "repeat": Repeat(self.first_day.data, self.starts.data, minutes, **told),
            "person": self.person.data,
            "team": self.team.data,
            "instructions": self.instructions.data or None,
        }


class CloseForm(ProductForm):
    """Why a request is closed."""

    reason = LabelledField(_l("Reason"), enum=CloseReason)


class ApprovalForm(ProductForm):
    """Who approved, and how they said so."""

    channel = LabelledField(_l("How"), enum=Channel)
    name = StringField(_l("Approved by"), [Needed(), short])
    address = StringField(_l("Address"), [Optional(), short])
    accepted = OptionsField(
        _l("What the client takes"), description=_l("Prices are before tax. The total follows the choice.")
    )

    def about(self, row: Any) -> None:
        """The options that the quote offers."""
        self.accepted.offer = row.offer


class ExtendForm(ProductForm):
    """Until when an offer holds."""

    valid_until = DayField(_l("Valid until"), [Needed()])


class ChangesForm(ProductForm):
    """What the client wants changed."""

    change_request = TextAreaField(_l("What the client asks for"), [Needed(), long])


class DeclineForm(ProductForm):
    """Why the client said no."""

    reason = LabelledField(_l("Reason"), enum=DeclineReason)
    note = TextAreaField(_l("In the client’s words"), [Optional(), long])


class HoldForm(ProductForm):
    """What a job waits for."""

    reason = LabelledField(_l("Reason"), enum=HoldReason)


class WorkedForm(ProductForm):
    """Time spent and what was found."""

    minutes = IntegerField(_l("Minutes worked"), [Optional(), NumberRange(0, 1440)])
    findings = TextAreaField(_l("Measurements and findings"), [Optional(), long])


class FinishForm(WorkedForm):
    """Why required items stay open is asked where some do."""

    unanswered_reason = StringField(_l("Why items are left open"), [Optional(), Length(max=200)])

    def about(self, row: Any) -> None:
        """Name what is still to answer, or ask nothing."""
        missing = unanswered(row)
        if not missing:
            del self.unanswered_reason
            return
        names = ", ".join(check.text for check in missing)
        self.unanswered_reason.description = str(_l("Left to answer: %(items)s.", items=names))


class IncompleteForm(WorkedForm):
    """Why the work goes on another day."""

    reason = LabelledField(_l("Reason"), enum=IncompleteReason)


class PaymentForm(ProductForm):
    """Money received."""

    amount = MoneyField(_l("Amount"), [Needed()])
    method = LabelledField(_l("Method"), enum=Method)
    received_on = DayField(_l("Received on"), [Needed()], default=clock.today)
    reference = StringField(_l("Reference"), [Optional(), Length(max=80)])


class WriteOffForm(ProductForm):
    """Why a debt is given up, and from which day."""

    reason = StringField(_l("Reason"), [Needed(), short])
    received_on = DayField(_l("Date"), [Needed()], default=clock.today)


class VoidForm(ProductForm):
    """Why an invoice is void."""

    reason = StringField(_l("Reason"), [Needed(), short])

    def add_error(self, error: DomainError) -> None:
        """What forbids it, a payment or a closed period, stands beside the one field."""
        if type(error) is DomainError:
            error.field = error.field or "reason"
        super().add_error(error)
