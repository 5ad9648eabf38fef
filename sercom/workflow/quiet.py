"""One document that is reminded of no more: its client called, or it is spoken of otherwise. By hand, journalled."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from sercom.core.access import Actor
from sercom.entities.invoices.model import Invoice
from sercom.entities.quotes.model import Quote
from sercom.workflow.payments import refuse_payment


def refuse_stop(document: Quote | Invoice) -> LazyString | None:
    """Where nothing is left to stop."""
    if document.no_reminders:
        return _l("It is not reminded of already.")
    return refuse_payment(document) if isinstance(document, Invoice) and not document.is_editable else None


def stop_reminders(document: Quote | Invoice, actor: Actor) -> None:  # noqa: ARG001  # every verb is told who acts
    """Remind of it no more; what waits to leave is withdrawn."""
    document.no_reminders = True


def refuse_again(document: Quote | Invoice) -> LazyString | None:
    """Where nothing was stopped."""
    return None if document.no_reminders else _l("It is reminded of already.")


def remind_again(document: Quote | Invoice, actor: Actor) -> None:  # noqa: ARG001  # every verb is told who acts
    """Remind of it as of any other."""
    document.no_reminders = False
