"""A person's own account: how they sign in, and where else they are signed in.

Changing the password, adding a passkey and making recovery codes are Flask-Security's views on our
pages; what it does poorly is done here.
"""

import time
from datetime import timedelta
from typing import Any

from flask import abort, current_app, flash, make_response, redirect, request, session, url_for
from flask_admin import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from flask_security.utils import check_and_get_token_status, login_user
from wtforms import HiddenField, StringField

from sercom.backoffice.access import current_actor
from sercom.core import journal
from sercom.core.base import db
from sercom.core.fields import Needed, ProductForm
from sercom.entities.planning.feed import CalendarFeed, live_feed, renew, revoke
from sercom.entities.users.model import Team, User

#: How long the page of a new authenticator may stay open.
SET_UP_WITHIN = timedelta(minutes=30)
METHOD = "authenticator"


class AuthenticatorForm(ProductForm):
    """The secret that the page shows, signed, and a code that proves the app has it."""

    secret = HiddenField()
    code = StringField(_l("Code from the app"), [Needed()])


class AccountView(BaseView):
    """Password, second step, passkeys, sessions: everybody's own."""

    def is_accessible(self) -> bool:
        """Everybody who is signed in."""
        return current_actor().user_id is not None

    @expose("/")
    def index(self) -> Any:
        """How this person signs in."""
        return self.render("admin/account.html", user=_me(), feed=live_feed(db.session, _me()))

    @expose("/calendar", methods=("POST",))
    def renew_calendar(self) -> Any:
        """A private address of own visits, for a calendar program; the one before ends."""
        tell_feed(_me(), renew(db.session, _me()))
        return redirect(url_for(".index", _anchor="calendar"))

    @expose("/calendar/end", methods=("POST",))
    def end_calendar(self) -> Any:
        """No program reads own visits any more."""
        revoke(db.session, _me())
        tell_feed(_me(), None)
        return redirect(url_for(".index", _anchor="calendar"))

    @expose("/authenticator", methods=("GET", "POST"))
    def authenticator(self) -> Any:
        """Show a new secret as a QR code; take it on once a code of it was typed."""
        if not is_fresh():
            return ask_again()
        security = current_app.extensions["security"]
        form = AuthenticatorForm(request.form if request.method == "POST" else None)
        if request.method == "GET":
            form.secret.data = security.tf_setup_serializer.dumps(security.totp_factory.generate_totp_secret())
        expired, invalid, secret = check_and_get_token_status(form.secret.data or "", "tf_setup", SET_UP_WITHIN)
        if expired or invalid:
            flash(_("That took too long. Try again."), "error")
            return redirect(url_for(".authenticator"))
        user = _me()
        if request.method == "POST" and form.validate():
            if security.totp_factory.verify_totp(form.code.data, secret, user, window=30):
                return self._add_authenticator(user, secret)
            form.code.errors = (_("This code is not right, or was used. Wait for the next one."),)
        shown = security.totp_factory.fetch_setup_values(secret, user)
        html = self.render("admin/authenticator.html", form=form, image=shown["image"], key=shown["key"])
        return html if request.method == "GET" else make_response(html, form.status)

    def _add_authenticator(self, user: User, secret: str) -> Any:
        user.tf_primary_method, user.tf_totp_secret = METHOD, secret
        journal.record(db.session, user.actor, "authenticator_added", user)
        codes: list[str] = []
        if not user.mf_recovery_codes:
            codes = current_app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(user)
        db.session.commit()
        flash(_("The authenticator is on."), "success")
        return self.render("security/mf_recovery_codes.html", recovery_codes=codes) if codes else _home()

    @expose("/authenticator/off", methods=("POST",))
    def remove_authenticator(self) -> Any:
        """Ask for no code any more."""
        if not is_fresh():
            return ask_again()
        user = _me()
        if user.has_authenticator:
            user.remove_authenticator()
            journal.record(db.session, user.actor, "authenticator_removed", user)
            db.session.commit()
            flash(_("The authenticator is off."), "success")
        return _home()

    @expose("/passkeys/<int:key_id>/remove", methods=("POST",))
    def remove_passkey(self, key_id: int) -> Any:
        """Let a passkey open nothing any more."""
        if not is_fresh():
            return ask_again()
        user = _me()
        key = next((key for key in user.webauthn if key.id == key_id), None) or abort(404)
        user.webauthn.remove(key)
        user.drop_useless_codes()
        journal.record(db.session, user.actor, "passkey_removed", user, {"passkey": [key.name, None]})
        db.session.commit()
        flash(_("The passkey is removed."), "success")
        return _home()

    @expose("/sessions/end", methods=("POST",))
    def end_sessions(self) -> Any:
        """Sign out everywhere but here."""
        if not is_fresh():
            return ask_again()
        user = _me()
        user.sign_out_everywhere()
        journal.record(db.session, user.actor, "signed_out_elsewhere", user)
        db.session.commit()
        kept = current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies
        login_user(user, remember=kept, authn_via=["session"])
        flash(_("Your other devices are signed out."), "success")
        return _home()


def tell_feed(owner: User | Team, feed: CalendarFeed | None) -> None:
    """Write down that an address was made, or ended; and say so."""
    journal.record(db.session, current_actor(), "feed_made" if feed else "feed_ended", owner)
    db.session.commit()
    flash(_("The calendar has a new address.") if feed else _("The calendar’s address is ended."), "success")


def _home() -> Any:
    return redirect(url_for(".index"))


def _me() -> User:
    """The person signed in, as a row and not as the proxy of one."""
    user: User = current_user._get_current_object()  # noqa: SLF001  # Werkzeug's own way
    return user


def is_fresh() -> bool:
    """Whether this session showed its password or its passkey not long ago."""
    within: timedelta = current_app.config["SECURITY_FRESHNESS"]
    return time.time() - float(session.get("fs_paa", 0)) < within.total_seconds()


def ask_again() -> Any:
    """To the page that asks who is there, and back; what was posted is asked for once more."""
    flash(str(current_app.config["SECURITY_MSG_REAUTHENTICATION_REQUIRED"][0]), "info")
    back = request.path if request.method == "GET" else url_for(".index")
    return redirect(url_for("security.verify", next=back))
