"""The migrations: from nothing to the models' schema, back to nothing with data inside, and up again."""

from decimal import Decimal
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, inspect, select, text

from sercom.core.base import db
from sercom.core.clock import today
from sercom.core.guards import JOURNAL_GUARDS
from sercom.entities.company.model import LOGO_GUARDS
from sercom.entities.delivery.model import DRAWN_GUARDS
from sercom.entities.invoices.model import FROZEN_GUARDS
from sercom.entities.quotes.model import SENT_GUARDS
from sercom.models import Company, Counter, Role, Service, TaxRate
from tests.support import convert, give, make_user, start

#: Every rule that triggers keep.
GUARDS = (*JOURNAL_GUARDS, *FROZEN_GUARDS, *LOGO_GUARDS, *SENT_GUARDS, *DRAWN_GUARDS)


def schema_of(app: Flask) -> dict[str, set[str | None]]:
    """Names of the tables' constraints and indexes, as the database has them."""
    with app.app_context():
        inspector = inspect(db.engine)
        return {
            table: {
                *(check["name"] for check in inspector.get_check_constraints(table)),
                *(unique["name"] for unique in inspector.get_unique_constraints(table)),
                *(key["name"] for key in inspector.get_foreign_keys(table)),
                inspector.get_pk_constraint(table)["name"],
            }
            for table in inspector.get_table_names()
            if table != "alembic_version"
        }


def test_after_the_last_migration_the_schema_is_the_models(session_app):
    with session_app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_constraint_of_the_models_is_in_the_database(session_app):
    kinds = (CheckConstraint, UniqueConstraint, ForeignKeyConstraint)
    expected = {
        name: {
            *(str(constraint.name) for constraint in table.constraints if isinstance(constraint, kinds)),
            str(table.primary_key.name),
        }
        for name, table in db.metadata.tables.items()
    }
    found = schema_of(session_app)
    if session_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        # SQLite does not tell the name of a table's primary key.
        found = {table: {name for name in names if name} for table, names in found.items()}
        expected = {table: {n for n in names if not n.startswith("pk_")} for table, names in expected.items()}
        found = {table: {n for n in names if not n.startswith("pk_")} for table, names in found.items()}
    assert found == expected


def rows(app: Flask) -> dict[str, Any]:
    """What the migrations put there."""
    with app.app_context():
        return {
            "roles": sorted(db.session.scalars(select(Role.name))),
            "companies": db.session.scalars(select(Company.id)).all(),
            "registered": db.session.scalars(select(Company.taxes_registered)).all(),
            "services": db.session.scalars(select(Service.name_fr).order_by(Service.position)).all()[0],
            "rates": len(db.session.scalars(select(TaxRate.id)).all()),
            "qst": db.session.scalars(select(TaxRate.percent).where(TaxRate.code == "QST")).all(),
            "counter": dict(db.session.execute(select(Counter.name, Counter.value)).all()),
        }


SEEDS = {
    "roles": ["accountant", "office", "owner", "technician"],
    "companies": [1],
    "registered": [True],
    "services": "Thermopompe et climatisation",
    "rates": 15,
    "qst": [Decimal("9.975")],
    "counter": {"invoice": 0},
}


def fill(app: Flask) -> None:
    """A bit of everything: people, a case from request to paid invoice, a journal."""
    with app.app_context():
        actor = make_user("owner").actor
        request = start("request", actor, service=db.session.scalars(select(Service)).first())
        quote = convert(request, "quote", actor)
        job = convert(quote, "job", actor, approval={"channel": "phone", "name": "Julie Tremblay"})
        invoice = convert(job, "invoice", actor)
        give("issue", invoice, actor)
        money = {"amount": Decimal(10), "method": "cheque", "received_on": today()}
        give("record_payment", invoice, actor, **money)
        db.session.commit()


@pytest.mark.slow
def test_down_to_nothing_with_data_and_up_again(own_app):
    assert rows(own_app) == SEEDS
    before = schema_of(own_app)
    fill(own_app)
    numbers = rows(own_app)["counter"]
    assert numbers["invoice"] == 1
    for revision in ("0001", "base"):
        with own_app.app_context():
            downgrade(revision=revision)
            db.session.remove()
        if revision == "0001":
            assert schema_of(own_app) == before
            with own_app.app_context():
                upgrade()
            assert rows(own_app) == SEEDS | {"counter": numbers}
            fill(own_app)
    assert schema_of(own_app) == {}
    with own_app.app_context():
        upgrade()
    assert schema_of(own_app) == before
    assert rows(own_app) == SEEDS
    with own_app.app_context():
        triggers = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
        }[db.engine.dialect.name]
        assert set(db.session.scalars(text(triggers))) == {
            guard.name for guard in (*JOURNAL_GUARDS, *FROZEN_GUARDS, *LOGO_GUARDS, *SENT_GUARDS, *DRAWN_GUARDS)
        }
    fill(own_app)
