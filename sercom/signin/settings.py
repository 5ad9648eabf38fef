"""What Flask-Security is told: what is on, for how long, in which words. Everything else it offers stays off."""

import hashlib
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from sercom.core.clock import utcnow

MIN_PASSWORD = 12
#: How long the link of a reset lives, and how long a trusted device is asked for no code.
RESET_WITHIN = timedelta(hours=1)
TRUSTED_FOR = timedelta(days=30)
#: After so long, changing how one signs in asks for the password again.
FRESH_FOR = timedelta(minutes=30)
ACCOUNT = "/admin/account"


def settings(salt: str, *, production: bool) -> dict[str, Any]:
    """Flask-Security's configuration. ``salt`` hashes passwords and recovery codes, and encrypts authenticators."""
    cookie = {"httponly": True, "secure": production, "samesite": "Lax"}
    return {
        "SECURITY_PASSWORD_SALT": salt,
        "SECURITY_PASSWORD_HASH": "argon2",
        # OWASP's memory-bound minimum: 64 MiB a login, the default, is 511 MB at eight at once.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__memory_cost": 19456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        "SECURITY_PASSWORD_LENGTH_MIN": MIN_PASSWORD,
        "SECURITY_DATETIME_FACTORY": utcnow,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_INPUT_NORMALIZE_FORM": "NFC",  # names of passkeys, found and sorted as they were typed
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "REMEMBER_COOKIE_DURATION": TRUSTED_FOR,
        # --- signing in and out ---
        "SECURITY_POST_LOGIN_VIEW": "/admin/",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_UNAUTHORIZED_VIEW": None,
        "SECURITY_FRESHNESS": FRESH_FOR,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_VERIFY_URL": f"{ACCOUNT}/confirm",
        # --- passwords ---
        "SECURITY_CHANGEABLE": True,
        "SECURITY_CHANGE_URL": f"{ACCOUNT}/password",
        "SECURITY_POST_CHANGE_VIEW": f"{ACCOUNT}/",
        "SECURITY_RECOVERABLE": True,
        "SECURITY_RESET_PASSWORD_WITHIN": RESET_WITHIN,
        # Letters are drawn in the reader's language by ``mail.py``.
        "SECURITY_EMAIL_PLAINTEXT": False,
        "SECURITY_EMAIL_HTML": False,
        # --- the second step ---
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,  # seconds: the codes before and after the present one
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": False,
        "SECURITY_TWO_FACTOR_LOGIN_VALIDITY": TRUSTED_FOR,
        "SECURITY_TWO_FACTOR_VALIDITY_COOKIE_NAME": "__Host-trusted" if production else "trusted",
        "SECURITY_TWO_FACTOR_VALIDITY_COOKIE": cookie,
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/login/code",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/login/step",
        "SECURITY_TOTP_SECRETS": {"1": hashlib.sha256(f"authenticators:{salt}".encode()).hexdigest()},
        "SECURITY_TOTP_ISSUER": "Sercom",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": f"{ACCOUNT}/codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/login/recovery",
        # --- passkeys ---
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": "Sercom",
        "SECURITY_WAN_ALLOW_USER_HINTS": False,  # or a stranger learns who has passkeys
        "SECURITY_WAN_ALLOW_AS_VERIFY": ["first"],
        "SECURITY_WAN_REGISTER_WITHIN": timedelta(minutes=5),
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=3),
        "SECURITY_WAN_REGISTER_TIMEOUT": 120_000,  # milliseconds
        "SECURITY_WAN_SIGNIN_TIMEOUT": 120_000,
        "SECURITY_WAN_SIGNIN_URL": "/login/passkey",
        "SECURITY_WAN_REGISTER_URL": f"{ACCOUNT}/passkeys/new",
        "SECURITY_WAN_POST_REGISTER_VIEW": f"{ACCOUNT}/",
        "SECURITY_WAN_VERIFY_URL": f"{ACCOUNT}/confirm/passkey",
        **{f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()},
    }


PASSKEY_FAILED = (_l("This passkey could not be used. Try again, or sign in another way."), "error")
#: Where Flask-Security's own words are a programmer's.
MESSAGES = {
    "GENERIC_AUTHN_FAILED": (_l("The e-mail address or the password is not right."), "error"),
    "UNAUTHENTICATED": (_l("Sign in first."), "info"),
    "REAUTHENTICATION_REQUIRED": (_l("Before changing how you sign in, show that it is you."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_l("Thank you. Go on."), "success"),
    "INVALID_PASSWORD": (_l("This is not your password."), "error"),
    "PASSWORD_IS_THE_SAME": (_l("This is the present password: choose another one."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (_l("Not the same as above."), "error"),
    "PASSWORD_CHANGE": (_l("Your password is changed. Your other devices are signed out."), "success"),
    "PASSWORD_RESET_REQUEST": (_l("If this address has an account, a message is on its way to it."), "info"),
    "INVALID_RESET_PASSWORD_TOKEN": (_l("This link was used, or is not whole. Ask for another one."), "error"),
    "PASSWORD_RESET_EXPIRED": (_l("This link is more than an hour old. Ask for another one."), "error"),
    "PASSWORD_RESET_NO_LOGIN": (_l("Your password is changed. Sign in with it."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (_l("This code is not right, or was used. Wait for the next one."), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_l("You are signed in."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (_l("Start again with your password."), "info"),
    "INVALID_RECOVERY_CODE": (_l("This is none of your codes, or it was used."), "error"),
    "WEBAUTHN_EXPIRED": (_l("That took too long. Try again."), "error"),
    "WEBAUTHN_NAME_REQUIRED": (_l("Give it a name, to know it later."), "error"),
    "WEBAUTHN_NAME_INUSE": (_l("You have a passkey of that name."), "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (_l("Letters, figures, spaces and hyphens only."), "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (_l("The passkey is added."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (_l("This device has a passkey here already."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (_l("This passkey is for the other step."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (_l("This passkey is not known here. It may have been removed."), "error"),
    **dict.fromkeys(("WEBAUTHN_NO_VERIFY", "WEBAUTHN_MISMATCH_USER_HANDLE", "API_ERROR"), PASSKEY_FAILED),
    "DISABLED_ACCOUNT": (_l("This account is switched off."), "error"),
}
