"""How often one may try to sign in: bursts are counted in memory, by address and by account.

Each process counts for itself: two of them allow twice as much. What is counted is a POST that reaches
the form's own check, whatever its answer.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, make_response, render_template, request, session
from flask_babel import gettext as _
from flask_security import current_user
from flask_security.forms import ForgotPasswordForm, LoginForm

from sercom.core.address import client_address
from sercom.extensions import limiter

#: An office of ten behind one address signs in within these; somebody who guesses does not get far.
PER_ADDRESS = "30 per minute; 200 per hour"
#: Of a million codes of an authenticator three are good at a time: 40 an hour find one in a year.
PER_ACCOUNT = "6 per minute; 40 per hour"
#: From everywhere together: against many who guess one password.
EVERYWHERE = "60 per minute; 600 per hour"
#: Letters with a link to one address.
LETTERS = "4 per hour"


def typed_email() -> str:
    """The e-mail address in the form, or where the form comes from."""
    return request.form.get("email", "").strip().casefold()[:254] or client_address()


def typed_here() -> str:
    """The account and the place: who guesses elsewhere keeps nobody out here."""
    return f"{typed_email()} {client_address()}"


def known_account() -> str:
    """Who gave the right password before, or is signed in; or where the request comes from."""
    person = current_user.fs_uniquifier if current_user.is_authenticated else session.get("tf_user_id")
    return str(person or client_address())


def _again(form: Any, template: str, **names: Any) -> Response:
    """The page with what was typed, the password aside."""
    form.form_errors.append(_("Too many tries. Wait a little, then try again."))
    return make_response(render_template(template, **names), HTTPStatus.TOO_MANY_REQUESTS)


def _login_again(_limit: Any) -> Response:
    form = LoginForm(formdata=request.form)
    return _again(form, "security/login_user.html", login_user_form=form)


def _reset_again(_limit: Any) -> Response:
    form = ForgotPasswordForm(formdata=request.form)
    return _again(form, "security/forgot_password.html", forgot_password_form=form)


@limiter.shared_limit(PER_ADDRESS, "password by address", on_breach=_login_again)
@limiter.shared_limit(PER_ACCOUNT, "password by account here", key_func=typed_here, on_breach=_login_again)
@limiter.shared_limit(EVERYWHERE, "password by account", key_func=typed_email, on_breach=_login_again)
def _count_password() -> None:
    """A password at the sign-in page."""


@limiter.shared_limit(PER_ADDRESS, "reset by address", on_breach=_reset_again)
@limiter.shared_limit(LETTERS, "reset by account", key_func=typed_email, on_breach=_reset_again)
def _count_letter() -> None:
    """A letter with the link of a reset."""


@limiter.shared_limit(PER_ADDRESS, "step by address")
@limiter.shared_limit(PER_ACCOUNT, "step by account", key_func=known_account)
def _count_step() -> None:
    """A code, a recovery code, or the password asked for again."""


@limiter.shared_limit(PER_ADDRESS, "step by address")
def _count_answer() -> None:
    """What no guess can hit, and still costs work: a passkey's answer, the token of a letter."""


#: What is counted before which view.
COUNTED: dict[str, Callable[[], None]] = {
    "security.login": _count_password,
    "security.forgot_password": _count_letter,
    "security.reset_password": _count_answer,
    "security.two_factor_token_validation": _count_step,
    "security.mf_recovery": _count_step,
    "security.wan_signin_response": _count_answer,
    "security.wan_verify_response": _count_answer,
    "security.verify": _count_step,
    "security.change_password": _count_step,
}


def init_app(app: Flask) -> None:
    """Count before the views; after the CSRF protection."""
    app.before_request(_count)


def _count() -> None:
    count = COUNTED.get(request.endpoint or "") if request.method == "POST" else None
    if count is not None:
        count()
