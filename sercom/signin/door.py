"""Flask-Security put in its place: our parts, our words, and shut what nobody here uses."""

from typing import Any

from flask import Flask, abort, redirect, request
from flask_security import current_user
from flask_security.signals import (
    password_changed,
    password_reset,
    reset_password_instructions_sent,
    wan_registered,
)

from sercom.core import journal
from sercom.core.base import db
from sercom.extensions import security, users
from sercom.signin import tries
from sercom.signin.parts import SecondSteps

#: Views that come along with the others and cannot be left out: the account's page does this better.
SHUT = ("two_factor_setup", "two_factor_setup_validate", "two_factor_rescue", "wan_delete")
#: Steps of the sign-in: whoever is in already is past them.
STEPS = ("two_factor_token_validation", "tf_select", "mf_recovery", "wan_signin", "wan_signin_response")


def init_app(app: Flask) -> None:
    """Attach it; after the CSRF protection and the limiter."""
    security.init_app(app, users)
    security.want_json(_never)
    steps = SecondSteps()
    steps._tf_impls = security.two_factor_plugins._tf_impls  # noqa: SLF001  # it takes no class of ours
    security.two_factor_plugins = steps
    security.context_processor(lambda: {"admin_view": app.extensions["admin"][0].index_view})
    for name in SHUT:
        app.view_functions[f"security.{name}"] = _shut
    app.before_request(_pass_who_is_in)
    tries.init_app(app)


def _never(_request: Any) -> bool:
    """Nobody talks JSON to the sign-in: no tokens, no second way in."""
    return False


def _shut(**_values: Any) -> Any:
    abort(404)


def _pass_who_is_in() -> Any:
    """Flask-Security signs people out who open the page of the code once more."""
    view = (request.endpoint or "").removeprefix("security.")
    return redirect("/admin/") if view in STEPS and current_user.is_authenticated else None


@password_changed.connect
def _changed(_app: Flask, *, user: Any, **_more: Any) -> None:
    journal.record(db.session, user.actor, "password_changed", user)


@reset_password_instructions_sent.connect
def _keep_letter(_app: Flask, **_more: Any) -> None:
    """Flask-Security changes no row here, and commits nothing: the letter is one."""
    db.session.commit()


@password_reset.connect
def _reset(_app: Flask, *, user: Any, **_more: Any) -> None:
    journal.record(db.session, user.actor, "password_reset", user)


@wan_registered.connect
def _registered(_app: Flask, *, user: Any, name: str, **_more: Any) -> None:
    journal.record(db.session, user.actor, "passkey_added", user, {"passkey": [None, name]})
