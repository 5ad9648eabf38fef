"""What the public form keeps of a visitor before there is a request: counts of a day, photos that wait."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from sercom.core.base import CreatedAt, Model, PrimaryKey

MAX_PHOTOS = 6


class IntakeCount(Model):
    """How often somebody used the form on a day (UTC). ``key`` tells who without telling: an HMAC."""

    __tablename__ = "intake_count"
    __table_args__ = (CheckConstraint("count > 0", name="count_positive"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int]


class IntakeUpload(Model):
    """A photo, made safe, that waits for its form to be sent; ``nonce`` is that of the form's ticket."""

    __tablename__ = "intake_upload"
    __table_args__ = (
        UniqueConstraint("nonce", "position"),
        CheckConstraint(f"position >= 0 AND position < {MAX_PHOTOS}", name="position_range"),
        Index(None, "created_at"),
    )

    id: Mapped[PrimaryKey]
    nonce: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    #: The form's field it was chosen in: ``photos``, or a question of the company's own.
    field: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(160))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    thumbnail: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[CreatedAt]
