"""Taking the demo company away again: only while nothing in the database is anybody's real work.

The demo marks itself by its accounts' domain and by its requests' tickets. People cannot be
deleted, and whoever records something is one of them; so it is enough to ask who the accounts are,
and whether every client was entered by one of them or by one of the demo's own forms.
"""

from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.core.journal import JournalEntry
from sercom.demo.asking import TICKET
from sercom.demo.company import DOMAIN, refuse_in_production
from sercom.models import Client, ServiceRequest, User


def require_demo_only() -> None:
    """Raise ``DomainError`` in production, without a demo, or where something real would go with it."""
    refuse_in_production()
    ours = User.email.endswith(f"@{DOMAIN}", autoescape=True)
    if db.session.scalar(select(User.id).where(ours).limit(1)) is None:
        _refuse("there is no demo company here")
    account = db.session.scalar(select(User.email).where(~ours).order_by(User.id).limit(1))
    if account is not None:
        _refuse(f"{account} is an account of a real person")
    entered = select(JournalEntry.subject_id).where(
        JournalEntry.subject_type == Client.__tablename__,
        JournalEntry.event == "created",
        JournalEntry.user_id.in_(select(User.id).where(ours)),
    )
    asked = select(ServiceRequest.client_id).where(ServiceRequest.ticket.startswith(TICKET, autoescape=True))
    real = select(Client.name).where(
        Client.id.not_in(entered),
        Client.id.not_in(asked),
        Client.merged_into_id.is_(None),  # somebody of the demo said who it is: that one is asked about
    )
    client = db.session.scalar(real.order_by(Client.id).limit(1))
    if client is not None:
        _refuse(f"{client} is a client that the demo did not make")


def _refuse(reason: str) -> None:
    msg = f"{reason}: nothing was removed"
    raise DomainError(msg)


def remove() -> None:
    """Bring the schema down and up again: no row stays, and numbers start anew.

    Journal and issued invoices refuse every deletion, as they must: the way out is by the schema.
    """
    db.session.remove()
    downgrade(revision="base")
    upgrade()
