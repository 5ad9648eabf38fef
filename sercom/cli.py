"""Commands of the command line: the first owner, the demo company, the search index."""

import os
import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_security.utils import hash_password
from sqlalchemy import select

from sercom.core.access import Role
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.models import Role as RoleRow
from sercom.models import User
from sercom.search import index


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(bootstrap)
    app.cli.add_command(seed)
    app.cli.add_command(unseed)
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
@click.option("--if-empty", is_flag=True, help="Do nothing where somebody works already.")
@click.option("--photos", default=100, help="At most so many photos: drawing them is half of the time.")
@with_appcontext
def seed(*, if_empty: bool, photos: int) -> None:
    """Fill an empty database with a believable company; prints who can sign in."""
    from sercom.demo import company  # draws photos: loaded where it is wanted

    if company.is_empty() or not if_empty:
        with _refusals():
            company.seed(photos=photos)
        click.echo("The demo company is in place.")
    for line in company.sign_ins():
        click.echo(line)


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def unseed(*, yes: bool) -> None:
    """Remove the demo company, and everything done in it; the database is as new."""
    from sercom.demo import removal

    with _refusals():
        removal.require_demo_only()
        if not yes:
            click.confirm("Remove the demo company and everything entered in it?", abort=True)
        removal.remove()
    click.echo("The demo company is gone; the database is as new.")


@contextmanager
def _refusals() -> Iterator[None]:
    """What the demo refuses, as a command's error."""
    try:
        yield
    except DomainError as error:
        raise click.ClickException(str(error)) from error


@click.command()
@with_appcontext
def reindex() -> None:
    """Bring the search index up to date with rows that came without the application (an import, a repair)."""
    counts: Counter[str] = Counter()
    for table, count in index.reindex(db.session):
        counts[table] += count
    for table, count in counts.items():
        click.echo(f"{table}: {count}")
