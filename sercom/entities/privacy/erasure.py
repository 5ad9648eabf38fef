"""That a person was anonymised: when, by whom, and until when the tax papers stay.

While its row is open, and no longer than the transaction that wrote it, the guards of the database let personal
details go (``core/guards.py``, ``ERASING``): an amount, a number or a date never.
"""

from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core.base import CreatedAt, Model, PrimaryKey, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.clients.model import Client
from sercom.entities.users.model import User


class Extent(Labelled):
    """How much went."""

    RESTRICTED = "restricted", _l("All but the tax papers")
    WHOLE = "whole", _l("Everything")


class Erasure(Model):
    """One client's anonymisation; a second row when the tax papers' years are over."""

    __tablename__ = "erasure"
    __table_args__ = (
        one_of("extent", Extent),
        UniqueConstraint("client_id", "extent"),
        CheckConstraint("(extent = 'restricted') = (kept_until IS NOT NULL)", name="restricted_until"),
    )

    id: Mapped[PrimaryKey]
    client_id: Mapped[int] = mapped_column(ForeignKey("client.id"))
    extent: Mapped[Extent] = mapped_column(LabelledType(Extent))
    #: The last day on which tax law asks for the papers.
    kept_until: Mapped[date | None]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[CreatedAt]
    #: Blank only inside the transaction that anonymises.
    closed_at: Mapped[datetime | None]

    client: Mapped[Client] = relationship()
    user: Mapped[User | None] = relationship()
