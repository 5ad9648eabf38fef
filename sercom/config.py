"""Settings, from the environment. Production refuses to start without its secret and its database."""

import os
import secrets
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from sercom.core.database import engine_options, normalise_url
from sercom.core.formats import FRENCH

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024
#: Variables that a platform with an ephemeral disk sets.
PLATFORMS = ("DYNO", "RENDER")


class ConfigurationError(RuntimeError):
    """The environment is not fit to run in; the message says what to set."""


def from_environment(environ: dict[str, str] | None = None) -> dict[str, Any]:
    """Flask's configuration. Raises ``ConfigurationError`` where production would lose data."""
    env = dict(os.environ) if environ is None else environ
    production = env.get("SERCOM_ENV") == "production" or any(name in env for name in PLATFORMS)
    url = normalise_url(env.get("DATABASE_URL", ""))
    if production and not env.get("SECRET_KEY"):
        msg = "Set SECRET_KEY: sessions and tickets are signed with it."
        raise ConfigurationError(msg)
    if production and not env.get("SECURITY_PASSWORD_SALT"):
        msg = "Set SECURITY_PASSWORD_SALT: passwords are hashed with it. Keep it when SECRET_KEY changes."
        raise ConfigurationError(msg)
    if any(name in env for name in PLATFORMS) and not url:
        msg = "Set DATABASE_URL: a SQLite file on this platform's disk is lost at every restart."
        raise ConfigurationError(msg)
    instance = Path(env.get("SERCOM_INSTANCE", ROOT / "instance"))
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{instance / 'sercom.sqlite3'}"
    secret = env.get("SECRET_KEY") or _local_secret(instance, "secret_key")
    return {
        "PRODUCTION": production,
        "SECRET_KEY": secret,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        "COMPANY_TIMEZONE": env.get("COMPANY_TIMEZONE", "America/Toronto"),
        # Request bodies: the intake form and photo uploads raise it for themselves.
        "MAX_CONTENT_LENGTH": 1 * MEGABYTE,
        "MAX_FORM_PARTS": 6000,
        "MAX_FORM_MEMORY_SIZE": 1 * MEGABYTE,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": production,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": FRENCH,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "FLASK_ADMIN_RAISE_ON_VIEW_EXCEPTION": True,
        **_security(env, instance),
    }


def _security(env: dict[str, str], instance: Path) -> dict[str, Any]:
    """Flask-Security: e-mail and password, nobody registers, answers that tell nothing."""
    return {
        "SECURITY_PASSWORD_SALT": env.get("SECURITY_PASSWORD_SALT") or _local_secret(instance, "password_salt"),
        "SECURITY_PASSWORD_HASH": "argon2",
        # OWASP's memory-bound minimum: 64 MiB a login, the default, is 511 MB at eight at once.
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": {
            "argon2__memory_cost": 19456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        "SECURITY_REGISTERABLE": False,
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_POST_LOGIN_VIEW": "/admin/",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_UNAUTHORIZED_VIEW": None,
        "SECURITY_FRESHNESS": timedelta(-1),  # nothing asks to sign in again: no page for it
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "SECURITY_I18N_DIRNAME": [str(ROOT / "translations"), "builtin"],
    }


def _local_secret(folder: Path, name: str) -> str:
    """A secret made once for this machine, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        draft = folder / f"{name}.{secrets.token_hex(4)}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        # Linked whole, so that processes which start together all read the first one's.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()
