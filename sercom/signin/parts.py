"""Flask-Security's parts where ours are stricter: codes that open once, passkeys of any device, bad input refused."""

import struct
from base64 import b64encode
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_security.forms import TwoFactorRescueForm, TwoFactorVerifyCodeForm, VerifyForm
from flask_security.proxies import _datastore, _security
from flask_security.recovery_codes import MfRecoveryCodesUtil
from flask_security.tf_plugin import TfPlugin, TwoFactorSelectForm, generate_tf_validity_token
from flask_security.totp import Totp
from flask_security.utils import get_hmac, get_message
from flask_security.webauthn import WebAuthnRegisterForm, WebAuthnRegisterResponseForm, WebAuthnSigninResponseForm
from flask_security.webauthn_util import WebauthnUtil
from passlib.totp import TokenError
from qrcode.image.svg import SvgPathImage
from qrcode.main import make
from sqlalchemy import or_, update
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice

from sercom.core import journal
from sercom.core.base import db
from sercom.core.choices import choices_of
from sercom.entities.users.model import PasskeyUse, User
from sercom.signin.mail import Letters

#: What an answer that no device gives may raise in the libraries that read it.
UNREADABLE = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError, struct.error)
#: How many recovery codes are made at once.
CODES = 10
HEXADECIMAL = frozenset("0123456789abcdef")


class Authenticators(Totp):
    """Codes of authenticator apps. Each opens once, whoever looked over a shoulder."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether ``token`` is a code of now, and later than the last that opened; it is spent by this."""
        try:
            step = self._totp.verify(token, totp_secret, window=window).counter
        except TokenError:
            return False
        # One statement: of two requests with one code, the second finds it spent.
        earlier = or_(User.tf_last_counter.is_(None), User.tf_last_counter < step)
        spent = db.session.execute(update(User).where(User.id == user.id, earlier).values(tf_last_counter=step))
        return spent.rowcount == 1  # type: ignore[attr-defined]  # an UPDATE's result counts

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The secret for the app's camera, as the address of an image."""
        drawn = make(self.get_totp_uri(username, totp), image_factory=SvgPathImage, border=0)
        return f"data:image/svg+xml;base64,{b64encode(drawn.to_string()).decode()}"


class RecoveryCodes(MfRecoveryCodesUtil):
    """Codes on paper, each good once; the database holds digests, which need the password salt to be tried."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """Ten new codes in clear, shown once; the former are void."""
        codes: list[str] = _security.totp_factory.generate_recovery_codes(CODES)
        _datastore.mf_set_recovery_codes(user, [digest(code) for code in codes])
        journal.record(db.session, user.actor, "recovery_codes_made", user)
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:
        """None: they cannot be read again."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether ``code`` is one of theirs; the row is locked, so that it opens one door."""
        db.session.refresh(user, ["mf_recovery_codes"], with_for_update=True)
        return digest(code) in (user.mf_recovery_codes or [])

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Spend it."""
        user.mf_recovery_codes.remove(digest(code))
        journal.record(db.session, user.actor, "recovery_code_used", user)
        return True


def digest(code: str) -> str:
    """What is kept of a recovery code, however it was typed."""
    return get_hmac("".join(sign for sign in code.lower() if sign in HEXADECIMAL)).decode()


class Passkeys(WebauthnUtil):
    """Any device may hold a passkey: the phone, the computer, a key on the ring."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:
        """Instead of the password: found without a name, and opened by a finger, a face or a PIN. After it: a touch."""
        alone = usage == PasskeyUse.ALONE.value
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED if alone else ResidentKeyRequirement.DISCOURAGED,
            user_verification=self.user_verification(user, [usage]),
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:
        """Who has the device must also be its owner, unless the password was given before."""
        if usage == [PasskeyUse.AFTER_PASSWORD.value]:
            return UserVerificationRequirement.DISCOURAGED
        return UserVerificationRequirement.REQUIRED


class PasskeyNameForm(WebAuthnRegisterForm):
    """A name for a new passkey, and what it will be asked for."""

    usage = RadioField(choices=choices_of(PasskeyUse), default=PasskeyUse.ALONE.value)


class NewPasskeyForm(WebAuthnRegisterResponseForm):
    """What the device answered to a registration."""

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # Flask-Security's own signature
        """Refuse what no device answers."""
        return _read(self, super().validate, **kwargs)


class PasskeyForm(WebAuthnSigninResponseForm):
    """What the device answered at the sign-in."""

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # Flask-Security's own signature
        """Refuse what no device answers, and who was switched off (Flask-Security only writes the error)."""
        return _read(self, super().validate, **kwargs) and bool(self.user and self.user.is_active)


def _read(form: Any, validate: Any, **kwargs: Any) -> bool:
    try:
        return bool(validate(**kwargs))
    except UNREADABLE:
        form.credential.errors = [get_message("API_ERROR")[0]]
        return False


class ConfirmForm(VerifyForm):
    """The password asked for once more."""

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # Flask-Security's own signature
        """Who has no password yet has no right one."""
        if self.user.password:
            return bool(super().validate(**kwargs))
        self.password.errors = (get_message("INVALID_PASSWORD")[0],)
        return False


class CodeForm(TwoFactorVerifyCodeForm):
    """The code of the authenticator, and whether this device may do without for a month."""

    trust = BooleanField(_l("Ask for no code on this device for 30 days"))


class StepForm(TwoFactorSelectForm):
    """Which second step; the page shows a button for each."""

    which = StringField()  # type: ignore[assignment]  # it is given choices, and needs none


class RescueForm(TwoFactorRescueForm):
    """Flask-Security makes it beside that of the code; nobody sees it."""

    help_setup = RadioField(choices=[SelectChoice("help", "")])


class SecondSteps(TfPlugin):
    """The second step, where trusting a device is its own choice and not that of staying signed in."""

    def tf_complete(self, user: Any, dologin: bool) -> str | None:  # noqa: FBT001  # Flask-Security's name
        """Sign in; gives the token of a device that is trusted from now on."""
        super().tf_complete(user, dologin)
        trusted = dologin and request.form.get("trust")
        return generate_tf_validity_token(user.fs_uniquifier) if trusted else None


OURS: dict[str, Any] = {
    "mail_util_cls": Letters,
    "mf_recovery_codes_util_cls": RecoveryCodes,
    "totp_cls": Authenticators,
    "two_factor_rescue_form": RescueForm,
    "two_factor_select_form": StepForm,
    "two_factor_verify_code_form": CodeForm,
    "verify_form": ConfirmForm,
    "wan_register_form": PasskeyNameForm,
    "wan_register_response_form": NewPasskeyForm,
    "wan_signin_response_form": PasskeyForm,
    "webauthn_util_cls": Passkeys,
}
