"""People of the company, their roles and teams."""

from flask_babel import lazy_gettext as _l
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import Column, ForeignKey, String, Table, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sercom.core import access
from sercom.core.base import CreatedAt, Model, Phone, PrimaryKey, db, one_of
from sercom.core.labels import Labelled, LabelledType


class Language(Labelled):
    """A language the product speaks; its value is the locale."""

    FRENCH = "fr_CA", _l("French")
    ENGLISH = "en_CA", _l("English")


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
    __table_args__ = (one_of("language", Language), UniqueConstraint("email"))

    id: Mapped[PrimaryKey]
    email: Mapped[str] = mapped_column(String(254))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    phone: Mapped[Phone | None]
    language: Mapped[Language] = mapped_column(LabelledType(Language), default=Language.FRENCH)
    created_at: Mapped[CreatedAt]

    roles: Mapped[list[Role]] = relationship(secondary=user_role, order_by=Role.id)  # type: ignore[assignment]  # list is invariant
    teams: Mapped[list["Team"]] = relationship(secondary=team_member, back_populates="members")

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> access.Actor:
        """This person as the workflow and the journal know them."""
        roles = frozenset(access.Role(role.name) for role in self.roles)
        return access.Actor(self.name, roles, self.id)


class Team(Model):
    """People who are planned together."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(80))
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
