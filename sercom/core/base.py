"""The declarative base: naming convention, column vocabulary, what every table has."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import CheckConstraint, MetaData, String, Text, event
from sqlalchemy import inspect as sa_inspect
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry, scoped_session

from sercom.core.clock import UtcDateTime, utcnow

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: A session, or the application's proxy of the present one.
AnySession = Session | scoped_session[FlaskSession]

#: The largest id a URL may name: PostgreSQL's integer.
MAX_ID = 2**31 - 1


def read_whole(text: str) -> int | None:
    """An id or a row version as a URL or a form gives it, 0 to ``MAX_ID``; ``None`` for what is none.

    ``str.isdigit`` alone takes ``²``, and ``int`` refuses 5,000 digits.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_ID)) or int(text) > MAX_ID:
        return None
    return int(text)


class Base(DeclarativeBase):
    """Every constraint has a name, so that an error of the database can be told as a sentence."""

    registry = registry(metadata=MetaData(naming_convention=NAMING), type_annotation_map={datetime: UtcDateTime})


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:

    class Model(Base):
        """What the entities derive from (Flask-SQLAlchemy makes it at run time)."""

        __abstract__ = True
else:
    Model = db.Model


@event.listens_for(Model, "init", propagate=True)
def _defaults_at_birth(target: Any, _args: Any, values: dict[str, Any]) -> None:
    """Give a new object its scalar defaults at once, not when it is flushed: rules can read them."""
    for attribute in sa_inspect(type(target)).column_attrs:
        default = getattr(attribute.columns[0], "default", None)
        if default is not None and default.is_scalar:
            values.setdefault(attribute.key, default.arg)


PrimaryKey = Annotated[int, mapped_column(primary_key=True)]
LongText = Annotated[str, mapped_column(Text)]
#: E.164, and an extension behind it as ``formats.read_phone`` writes them.
Phone = Annotated[str, mapped_column(String(48))]
CreatedAt = Annotated[datetime, mapped_column(default=utcnow)]
UpdatedAt = Annotated[datetime, mapped_column(default=utcnow, onupdate=utcnow)]


def never_reuse_ids() -> None:
    """Give SQLite's ids out once, as PostgreSQL does: an old tab must not act on another record."""
    for table in db.metadata.tables.values():
        if "id" in table.c and not table.c.id.foreign_keys:
            table.dialect_options["sqlite"]["autoincrement"] = True


def one_of(column: str, values: Any) -> CheckConstraint:
    """The named constraint that keeps ``column`` within an enum's values."""
    listed = ", ".join(f"'{member.value}'" for member in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
