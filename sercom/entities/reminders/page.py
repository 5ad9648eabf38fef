"""Reminders in the back-office: what goes out in the next days, what went out, and the rules."""

from http import HTTPStatus
from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_admin import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, StringField
from wtforms.validators import Length, Optional, ValidationError

from sercom.backoffice.access import current_actor, may, require
from sercom.backoffice.posted import read_version
from sercom.backoffice.seam import attempt
from sercom.core import clock, journal
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.fields import ClockField, Needed, ProductForm
from sercom.entities.delivery.mail_template import MailTemplate
from sercom.entities.delivery.message import Message, MessageKind, is_mail_set
from sercom.entities.reminders.model import (
    Reminder,
    ReminderKind,
    ReminderRule,
    ReminderSettings,
    get_rules,
    get_settings,
    read_days,
)
from sercom.workflow import reminding
from sercom.workflow.transitions import require_version

#: How many days ahead are told, and how many of the last reminders.
AHEAD, LAST = 7, 15
#: When each kind is due, and what it is not sent for.
MEANT = {
    ReminderKind.QUOTE: (
        _l("Days after the quote was sent"),
        _l("Until the client answers, or the offer is over."),
    ),
    ReminderKind.VISIT: (
        _l("Days before the visit"),
        _l("A visit moved to another time is announced again."),
    ),
    ReminderKind.DUE_SOON: (
        _l("Days before it is due"),
        _l("Only what was sent by e-mail and is not paid."),
    ),
    ReminderKind.OVERDUE: (
        _l("Days after it was due"),
        _l("The first one is kind, the next ones are firm."),
    ),
    ReminderKind.REVIEW: (
        _l("Days after the job was done"),
        _l("Once for a job, and a client at most once a year. Needs the address of your review page."),
    ),
    ReminderKind.MAINTENANCE: (
        _l("Days before it is time"),
        _l("Each device says how often, or else the service; not where something was asked for since."),
    ),
}
#: The words of each kind.
MAILS = {
    ReminderKind.QUOTE: (MessageKind.QUOTE_REMINDER, MessageKind.QUOTE_REMINDER_AGAIN),
    ReminderKind.VISIT: (MessageKind.VISIT_REMINDER,),
    ReminderKind.DUE_SOON: (MessageKind.DUE_SOON,),
    ReminderKind.OVERDUE: (MessageKind.OVERDUE, MessageKind.OVERDUE_AGAIN),
    ReminderKind.REVIEW: (MessageKind.REVIEW,),
    ReminderKind.MAINTENANCE: (MessageKind.MAINTENANCE,),
}


class RemindersForm(ProductForm):
    """What holds for every reminder; ``rules`` adds a box and the days of each kind."""

    quiet_from = ClockField(_l("Nothing leaves from"), [Needed()], description=_l("9 p.m. at the latest."))
    quiet_until = ClockField(_l("Until"), [Needed()], description=_l("7 a.m. at the earliest. On the company's clock."))
    review_url = StringField(
        _l("Address of your review page"),
        [Optional(), Length(max=300)],
        description=_l("Example: https://g.page/r/your-company/review"),
    )
    implied_consent = BooleanField(
        _l("Also write to clients invoiced within two years who gave no consent"),
        description=_l("Reviews and maintenance only: Canada's anti-spam law takes such dealings for a consent."),
    )


def _days(_form: Any, field: Any) -> None:
    """All that is wrong is told at once."""
    try:
        read_days(field.data)
    except DomainError as error:
        raise ValidationError(str(error)) from error


def form_of(settings: ReminderSettings, rules: dict[ReminderKind, ReminderRule]) -> Any:
    """The form of the settings and of each rule, as they are or as they were typed."""
    fields: dict[str, Any] = {}
    for kind, rule in rules.items():
        fields[f"{kind.value}_active"] = BooleanField(kind.label, default=rule.active)
        days = [Needed(), Length(max=40), _days]
        fields[f"{kind.value}_days"] = StringField(MEANT[kind][0], days, default=rule.days, description=MEANT[kind][1])
    form = type("Form", (RemindersForm,), fields)
    return form(request.form if request.method == "POST" else None, obj=settings)


class RemindersView(BaseView):
    """What clients are reminded of."""

    def is_accessible(self) -> bool:
        """Whoever may read it."""
        return may("read", "reminders")

    def inaccessible_callback(self, name: str, **kwargs: Any) -> Any:
        """Signed in, but not allowed."""
        abort(HTTPStatus.FORBIDDEN)

    @expose("/")
    def index(self) -> Any:
        """What would go out from now on, as things stand, and what went out last."""
        rules = get_rules(db.session)
        last = (
            select(Reminder, Message)
            .join(Message, Message.id == Reminder.message_id)
            .options(joinedload(Reminder.client), joinedload(Message.document))
        )
        return self.render(
            "admin/reminders.html",
            days=AHEAD,
            coming=reminding.ahead(db.session, AHEAD),
            last=db.session.execute(last.order_by(Reminder.id.desc()).limit(LAST)).tuples().all(),
            off=[rule.kind for rule in rules.values() if not rule.active],
            all_off=not any(rule.active for rule in rules.values()),
            closed=reminding.closed_until(db.session),
            settings=get_settings(db.session),
            mail_is_set=is_mail_set(),
            today=clock.today(),
        )

    @expose("/settings", methods=("GET", "POST"))
    def settings_view(self) -> Any:
        """Each kind on or off, on which days; quiet hours; on what marketing rests."""
        if request.method == "POST":
            require("update", "reminders")
        settings, rules = get_settings(db.session), get_rules(db.session)
        form = form_of(settings, rules)
        if request.method == "POST" and _is_whole(settings, form):
            version = read_version()
            refused = attempt(db.session, lambda: _save(settings, rules, form, version))
            if refused is None:
                flash(_("Saved."), "success")
                return redirect(self.get_url(".settings_view"))
            form.add_error(refused)
        wordings = select(MailTemplate.kind, MailTemplate.language, MailTemplate.id)
        html = self.render(
            "admin/reminders_settings.html",
            form=form,
            kinds=list(ReminderKind),
            mails=MAILS,
            may_change=may("update", "reminders"),
            templates={(kind.value, language.value): row_id for kind, language, row_id in db.session.execute(wordings)},
            version=settings.version if form.conflict else request.form.get("version") or settings.version,
        )
        return make_response(html, form.status if form.errors else HTTPStatus.OK)


def _is_whole(settings: ReminderSettings, form: Any) -> bool:
    """Whether it can be kept; else all that is wrong is told at once."""
    whole = form.validate()
    typed = {name: form[name].data or getattr(settings, name) for name in ("quiet_from", "quiet_until")}
    for fault in ReminderSettings(**typed, review_url=(form.review_url.data or "").strip() or None).faults():
        form.add_error(fault)
        whole = False
    return bool(whole)


def _save(settings: ReminderSettings, rules: dict[ReminderKind, ReminderRule], form: Any, version: int) -> None:
    """Keep it all, and tell what changed."""
    require_version(settings, version)
    changes: journal.Changes = {}
    with db.session.no_autoflush:
        for name in ("quiet_from", "quiet_until", "review_url", "implied_consent"):
            value = form[name].data
            setattr(settings, name, (value or "").strip() or None if name == "review_url" else value)
        settings.check()
        changes |= journal.changes_of(settings)
        for kind, rule in rules.items():
            before = _told(rule)
            rule.active = form[f"{kind.value}_active"].data
            rule.days = read_days(form[f"{kind.value}_days"].data, f"{kind.value}_days")
            if rule.active and kind is ReminderKind.REVIEW and not settings.review_url:
                raise DomainError(_l("Give the address first."), "review_url")
            if _told(rule) != before:
                changes[kind.value] = [before, _told(rule)]
    settings.updated_at = clock.utcnow()  # the rules have its version
    db.session.flush()
    if changes:
        journal.record(db.session, current_actor(), "changed", settings, changes)


def _told(rule: ReminderRule) -> str:
    """A rule as the journal keeps it: its days, or nothing while it is off."""
    return rule.days if rule.active else ""
