"""The migrations: from nothing to the models' schema, back to nothing with data inside, and up again."""

from decimal import Decimal
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, inspect, select, text

from sercom.config import ROOT
from sercom.core.base import db
from sercom.core.clock import today
from sercom.models import GUARDS, Company, Counter, Logo, Role, Service, TaxRate
from sercom.upkeep.checksums import checksums, differences
from tests.integration.test_constraints import fill_everything
from tests.support import convert, give, make_user, start

#: Every rule that triggers keep.


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
    "rates": 18,
    "qst": [Decimal("9.975")],
    "counter": {"invoice": 0},
}


def fill(app: Flask) -> None:
    """Something in every table, and a case from request to paid invoice: people, papers, a journal."""
    with app.app_context():
        actor = make_user("owner").actor
        request = start("request", actor, service=db.session.scalars(select(Service)).first())
        quote = convert(request, "quote", actor)
        job = convert(quote, "job", actor, approval={"channel": "phone", "name": "Julie Tremblay"})
        invoice = convert(job, "invoice", actor)
        give("issue", invoice, actor)
        money = {"amount": Decimal(10), "method": "cheque", "received_on": today()}
        give("record_payment", invoice, actor, **money)
        if db.session.scalar(select(Logo.id)) is None:
            fill_everything()
        db.session.commit()


def content(app: Flask) -> dict[str, str]:
    """Checksums of the tables."""
    with app.app_context(), db.engine.connect() as connection:
        return checksums(connection)


def revisions() -> list[Any]:
    """The migrations, the last one first."""
    return list(ScriptDirectory(str(ROOT / "migrations")).walk_revisions())


#: What going down one migration and up again changes; every other table must come through as it was.
CHANGED_BY = {
    "0002": {
        "role",
        "user_role",
        "service",
        "company",
        "tax_rate",
        "request",
        "mail_template",
        "triage_rule",
        "question_service",
        "reminder_rule",
        "reminder_settings",
    },
}
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.mark.slow
def test_each_migration_down_and_up_with_data_in_every_table(own_app):
    assert rows(own_app) == SEEDS
    schema = schema_of(own_app)
    fill(own_app)
    before = content(own_app)
    empty = [table for table, checksum in before.items() if checksum.startswith("0:")]
    assert set(before) == {*db.metadata.tables, "alembic_version"}
    assert empty == []
    numbers = rows(own_app)["counter"]
    assert numbers["invoice"] == 1
    for step in revisions():
        with own_app.app_context():
            downgrade(revision=step.down_revision or "base")
            db.session.remove()
        if step.down_revision is None:
            assert schema_of(own_app) == {}
        with own_app.app_context():
            upgrade()
            triggers = set(db.session.scalars(text(TRIGGERS[db.engine.dialect.name])))
        assert triggers == {guard.name for guard in GUARDS}
        assert schema_of(own_app) == schema
        if step.down_revision is None:
            assert rows(own_app) == SEEDS
        else:
            assert set(differences(before, content(own_app))) <= CHANGED_BY.get(step.revision, set())
            assert rows(own_app) == SEEDS | {"counter": numbers}
        fill(own_app)  # what comes back is fit to work in
        before, numbers = content(own_app), rows(own_app)["counter"]
