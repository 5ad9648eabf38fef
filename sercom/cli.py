"""Commands of the command line: the first owner, the demo company, its removal."""

import os
import secrets

import click
from flask import Flask
from flask.cli import with_appcontext
from flask_security.utils import hash_password
from sqlalchemy import select

from sercom.core.access import Role
from sercom.core.base import db
from sercom.models import Role as RoleRow
from sercom.models import User


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(bootstrap)
    app.cli.add_command(seed)


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
