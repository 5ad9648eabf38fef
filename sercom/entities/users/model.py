"""People of the company, how they sign in, their roles and teams."""

import secrets
from datetime import datetime, time

from flask_babel import lazy_gettext as _l
from flask_security.core import RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, BigInteger, Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint, select
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import access
from sercom.core.base import CreatedAt, Model, Phone, PrimaryKey, db, one_of
from sercom.core.labels import Labelled, LabelledType
from sercom.entities.planning.model import Skill, WorkingHours, user_skill


class Language(Labelled):
    """A language the product speaks; its value is the locale."""

    FRENCH = "fr_CA", _l("French")
    ENGLISH = "en_CA", _l("English")


class Colour(Labelled):
    """What a person or a team is drawn in on the calendar; each has a token in ``tokens.css``."""

    BLUE = "blue", _l("Blue")
    TEAL = "teal", _l("Teal")
    GREEN = "green", _l("Green")
    OCHRE = "ochre", _l("Ochre")
    ORANGE = "orange", _l("Orange")
    RED = "red", _l("Red")
    PURPLE = "purple", _l("Purple")
    GREY = "grey", _l("Grey")


class PasskeyUse(Labelled):
    """What a passkey is asked for."""

    ALONE = "first", _l("Instead of the password")
    AFTER_PASSWORD = "secondary", _l("After the password")


def new_key() -> str:
    """What a session, or a device that keeps a passkey, knows a person by."""
    return secrets.token_hex(32)


user_role = Table(
    "user_role",
    db.metadata,
    Column("user_id", ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)
team_member = Table(
    "team_member",
    db.metadata,
    Column("team_id", ForeignKey("team.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Role(Model, RoleMixin):
    """A role by name; its meaning stands in ``permissions.py``."""

    __tablename__ = "role"
    __table_args__ = (one_of("name", access.Role),)

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(20), unique=True)

    def __str__(self) -> str:
        return str(access.Role(self.name).label)


class User(Model, UserMixin):
    """Someone who signs in: office, technician, accountant, owner."""

    __tablename__ = "user"
    __table_args__ = (one_of("language", Language), one_of("colour", Colour), UniqueConstraint("email"))

    id: Mapped[PrimaryKey]
    email: Mapped[str] = mapped_column(String(254))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    #: The authenticator app: ``authenticator`` or nothing, its secret (encrypted), the last time step it was used for.
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(500))
    tf_last_counter: Mapped[int | None]
    #: What the authenticators know this person by; it tells nothing.
    fs_webauthn_user_handle: Mapped[str] = mapped_column(String(64), unique=True, default=new_key)
    #: Codes that each open the second step once, as digests.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON(none_as_null=True)))
    name: Mapped[str] = mapped_column(String(160))
    phone: Mapped[Phone | None]
    colour: Mapped[Colour] = mapped_column(LabelledType(Colour), default=Colour.BLUE)
    #: What a technician may besides: see prices in the field, and invoice on site.
    sees_prices: Mapped[bool] = mapped_column(default=False)
    invoices_on_site: Mapped[bool] = mapped_column(default=False)
    language: Mapped[Language] = mapped_column(LabelledType(Language), default=Language.FRENCH)
    created_at: Mapped[CreatedAt]

    roles: Mapped[list[Role]] = relationship(secondary=user_role, order_by=Role.id)  # type: ignore[assignment]  # list is invariant
    teams: Mapped[list["Team"]] = relationship(secondary=team_member, back_populates="members")
    skills: Mapped[list[Skill]] = relationship(secondary=user_skill, order_by=Skill.id)
    hours: Mapped[list[WorkingHours]] = relationship(cascade="all, delete-orphan", order_by=WorkingHours.weekday)
    webauthn: Mapped[list["Passkey"]] = relationship(  # type: ignore[assignment]  # list is invariant
        cascade="all, delete-orphan", passive_deletes=True, order_by="Passkey.id"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def has_authenticator(self) -> bool:
        """Whether an authenticator app gives this person codes."""
        return bool(self.tf_primary_method and self.tf_totp_secret)

    @property
    def has_second_step(self) -> bool:
        """Whether the password alone does not open this account."""
        return self.has_authenticator or any(key.use is PasskeyUse.AFTER_PASSWORD for key in self.webauthn)

    def take_hours(self, hours: dict[int, tuple[time, time]]) -> None:
        """Make the working hours equal to ``hours``, by weekday; rows that stay are changed where they stand."""
        kept = {row.weekday: row for row in self.hours if row.weekday in hours}
        for weekday, (starts, ends) in sorted(hours.items()):
            row = kept.setdefault(weekday, WorkingHours(weekday=weekday))
            row.starts, row.ends = starts, ends
        self.hours = list(kept.values())

    def sign_out_everywhere(self) -> None:
        """End every session and forget every device that was trusted; a reset link in a mailbox is dead too."""
        self.fs_uniquifier = new_key()

    def remove_authenticator(self) -> None:
        """The password is enough again, where no passkey is asked for after it."""
        self.tf_primary_method = self.tf_totp_secret = self.tf_last_counter = None
        self.drop_useless_codes()

    def drop_useless_codes(self) -> None:
        """Recovery codes stand in for a second step: without one they go."""
        if not self.has_second_step:
            self.mf_recovery_codes = None

    def forget_devices(self) -> None:
        """What was kept by a phone or a key that is lost: the password alone opens the account, and nobody is in."""
        self.webauthn.clear()
        self.remove_authenticator()
        self.sign_out_everywhere()

    @property
    def actor(self) -> access.Actor:
        """This person as the workflow and the journal know them."""
        roles = frozenset(access.Role(role.name) for role in self.roles)
        return access.Actor(self.name, roles, self.id)


class Passkey(Model, WebAuthnMixin):
    """A key that a device keeps and proves to have (WebAuthn). Columns are named as Flask-Security knows them."""

    __tablename__ = "passkey"
    __table_args__ = (one_of("usage", PasskeyUse), UniqueConstraint("credential_id"))

    id: Mapped[PrimaryKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(20))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    #: How often the device says it has signed; a copy of it would fall behind. 32 bits without a sign.
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    transports: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Whether the device's maker keeps a copy, for the person's other devices.
    backup_state: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]
    lastuse_datetime: Mapped[datetime]

    # Flask-Security gives these too; nothing of ours reads them.
    device_type = extensions = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.name

    @property
    def use(self) -> PasskeyUse:
        """What it is asked for."""
        return PasskeyUse(self.usage)


class Team(Model):
    """People who are planned together."""

    __tablename__ = "team"
    __table_args__ = (one_of("colour", Colour), UniqueConstraint("name"))

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(80))
    colour: Mapped[Colour] = mapped_column(LabelledType(Colour), default=Colour.TEAL)
    active: Mapped[bool] = mapped_column(default=True)

    members: Mapped[list[User]] = relationship(secondary=team_member, back_populates="teams", order_by=User.name)

    def __str__(self) -> str:
        return self.name


def active_people() -> list[User]:
    """Everybody who works here."""
    return list(db.session.scalars(select(User).where(User.active).order_by(User.name)))


def active_teams() -> list[Team]:
    """Teams that still exist."""
    return list(db.session.scalars(select(Team).where(Team.active).order_by(Team.name)))
