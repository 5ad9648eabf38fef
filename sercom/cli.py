"""Commands of the command line: the first owner, the demo company, the search index."""

import os
import secrets
from collections import Counter

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_security.utils import hash_password
from sqlalchemy import select

from sercom.core.access import Role
from sercom.core.base import db
from sercom.models import Role as RoleRow
from sercom.models import User
from sercom.search import index


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(bootstrap)
    app.cli.add_command(seed)
    app.cli.add_command(reindex)


@click.command()
@with_appcontext
def bootstrap() -> None:
    """Make the first owner from OWNER_EMAIL, with a one-time password; nothing where somebody is there."""
    email = os.environ.get("OWNER_EMAIL", "").strip().lower()
    if not email or db.session.scalar(select(User.id).limit(1)) is not None:
        return
    password = secrets.token_urlsafe(12)
    role = db.session.scalars(select(RoleRow).where(RoleRow.name == Role.OWNER.value)).one()
    db.session.add(
        User(
            email=email,
            name=email.split("@")[0],
            password=hash_password(password),
            fs_uniquifier=secrets.token_hex(32),
            roles=[role],
        )
    )
    db.session.commit()
    click.echo(f"Owner: {email}  password: {password}  (change it after the first sign-in)")


@click.command()
@click.option("--if-empty", is_flag=True, help="Only where there is no client yet.")
@with_appcontext
def seed(*, if_empty: bool) -> None:
    """Fill an empty database with a small believable company; prints who can sign in."""
    from sercom.demo import company

    if company.seed(if_empty=if_empty):
        click.echo("The demo company is in place.")
    for line in company.sign_ins():
        click.echo(line)


@click.command()
@with_appcontext
def reindex() -> None:
    """Bring the search index up to date with rows that came without the application (an import, a repair)."""
    counts: Counter[str] = Counter()
    for table, count in index.reindex(db.session):
        counts[table] += count
    for table, count in counts.items():
        click.echo(f"{table}: {count}")
