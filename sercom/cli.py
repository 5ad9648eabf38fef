"""Commands of the command line: the first owner, who is locked out, the demo company, what waits to be sent."""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import force_locale
from flask_security.recoverable import generate_reset_password_token
from flask_security.utils import hash_password
from sqlalchemy import select

from sercom.core import clock, journal
from sercom.core.access import Actor, Role
from sercom.core.base import db
from sercom.core.errors import DomainError
from sercom.entities.delivery import outbox
from sercom.entities.users.model import Language
from sercom.models import Role as RoleRow
from sercom.models import User
from sercom.portal import guards, staging
from sercom.privacy import erasing
from sercom.search import index
from sercom.upkeep import commands
from sercom.workflow import hub, reminding


def init_app(app: Flask) -> None:
    """Register the commands."""
    app.cli.add_command(bootstrap)
    app.cli.add_command(seed)
    app.cli.add_command(unseed)
    app.cli.add_command(reindex)
    app.cli.add_command(outbox_commands)
    app.cli.add_command(reminders)
    app.cli.add_command(commands.backup)
    app.cli.add_command(commands.restore)
    app.cli.add_command(rescue)
    app.cli.add_command(sweep_intake)
    app.cli.add_command(sweep_papers)


@click.command()
@with_appcontext
def bootstrap() -> None:
    """Make the first owner from OWNER_EMAIL, with a one-time password; nothing where somebody is there."""
    email = current_app.config["OWNER_EMAIL"]
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
@click.argument("email")
@with_appcontext
def rescue(email: str) -> None:
    """Let somebody in again who lost password, phone or key: forgets their devices, prints a link for a password.

    For an owner whom nobody else can help. The link is good for one hour, and once.
    """
    user = db.session.scalars(select(User).where(User.email == email.strip().lower(), User.active)).one_or_none()
    if user is None:
        msg = f"Nobody signs in as {email}."
        raise click.ClickException(msg)
    user.forget_devices()
    journal.record(db.session, Actor("flask rescue"), "devices_forgotten", user)
    db.session.commit()
    token = generate_reset_password_token(user)
    click.echo(f"Open within the hour, below the address of your site: /reset/{token}")


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


@click.command("sweep-intake")
@with_appcontext
def sweep_intake() -> None:
    """Delete what the public form no longer needs: photos of forms never sent, counts of past days."""
    staging.sweep(db.session, limit=None)
    guards.sweep(db.session)
    db.session.commit()


@click.command("sweep-papers")
@with_appcontext
def sweep_papers() -> None:
    """Take the person out of tax papers whose years are over. A server does it by itself, once an hour."""
    count = erasing.finish(db.session, erasing.PROGRAM)
    db.session.commit()
    click.echo(f"People: {count}")


@click.command()
@with_appcontext
def reindex() -> None:
    """Bring the search index up to date with rows that came without the application (an import, a repair)."""
    counts: Counter[str] = Counter()
    for table, count in index.reindex(db.session):
        counts[table] += count
    for table, count in counts.items():
        click.echo(f"{table}: {count}")


@click.group("outbox")
def outbox_commands() -> None:
    """The e-mails that wait."""


@outbox_commands.command()
@with_appcontext
def drain() -> None:
    """Send what is due now; for a scheduler, or where no worker runs."""
    hub.answer_all(db.session, limit=1000)
    click.echo(f"{outbox.drain(db.session, limit=1000)} sent or tried")


@click.group()
def reminders() -> None:
    """What clients are reminded of."""


@reminders.command("run")
@click.option("--dry-run", is_flag=True, help="Say what would go out now, and write nothing.")
@with_appcontext
def run_reminders(*, dry_run: bool) -> None:
    """Write the reminders that are due now; the server's worker does the same every ten minutes."""
    if not dry_run:
        click.echo(f"{len(reminding.run(db.session))} written")
        return
    with force_locale(Language.ENGLISH.value):
        _tell_reminders()


def _tell_reminders() -> None:
    """In English, like everything on the command line."""
    closed = reminding.closed_until(db.session)
    if closed is not None:
        click.echo(f"Nothing leaves before {clock.to_company(closed):%Y-%m-%d %H:%M}.")
    for planned in reminding.plan(db.session, clock.today()):
        due = planned.due
        why = f"  not sent: {planned.held_back}" if planned.held_back is not None else ""
        click.echo(f"{due.kind.value} {due.stage}  {due.document or due.subject}  {due.email or '-'}{why}")
