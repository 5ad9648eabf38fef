"""Settings, from the environment. Production refuses to start without its secret and its database."""

import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sercom.core.database import engine_options, normalise_url
from sercom.core.formats import FRENCH
from sercom.signin.settings import settings as sign_in_settings

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024
#: Variables that a platform with an ephemeral disk sets.
PLATFORMS = ("DYNO", "RENDER")
#: Variables in which a platform names the host it serves.
PLATFORM_HOSTS = ("HEROKU_APP_DEFAULT_DOMAIN_NAME", "RENDER_EXTERNAL_HOSTNAME")
#: What ``openssl rand -hex 16`` gives; platforms generate more.
SECRET_LENGTH = 32
#: SQLite that is gone when the process ends.
MEMORY = {"sqlite://", "sqlite:///:memory:"}
#: Names of this very machine, which nobody else reaches.
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
YES = {"1", "true", "yes"}


class ConfigurationError(RuntimeError):
    """The environment is not fit to run in; the message says what to set."""


def from_environment(environ: dict[str, str] | None = None) -> dict[str, Any]:
    """Flask's configuration. Raises ``ConfigurationError`` where production would lose data."""
    env = dict(os.environ) if environ is None else environ
    platform = any(name in env for name in PLATFORMS)
    production = _is_production(env)
    url = normalise_url(env.get("DATABASE_URL", ""))
    if production:
        _refuse_unfit(env, url, platform=platform)
    _refuse_unreadable_mail(env)
    address = _address(env, production=production)
    _refuse_mail_to_nowhere(env, address["APP_BASE_URL"], production=production)
    instance = Path(env.get("SERCOM_INSTANCE") or ROOT / "instance")
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        url = f"sqlite:///{instance / 'sercom.sqlite3'}"
    return {
        "PRODUCTION": production,
        "BEHIND_PROXY": platform or env.get("BEHIND_PROXY", "") in YES,
        "PROXY_HOPS": _whole(env, "PROXY_HOPS", 1),
        "INSTANCE": instance,
        "SECRET_KEY": env.get("SECRET_KEY") or _local_secret(instance, "secret_key"),
        "SECRET_KEY_FALLBACKS": [key.strip() for key in env.get("SECRET_KEY_FALLBACKS", "").split(",") if key.strip()],
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        "COMPANY_TIMEZONE": env.get("COMPANY_TIMEZONE") or "America/Toronto",
        "OWNER_EMAIL": env.get("OWNER_EMAIL", "").strip().lower(),
        "DEMO_PASSWORD": env.get("SERCOM_DEMO_PASSWORD", ""),
        "SMTP_URL": env.get("SMTP_URL", ""),
        "MAIL_FROM": env.get("MAIL_FROM", ""),
        # Request bodies: the intake form and photo uploads raise it for themselves.
        "MAX_CONTENT_LENGTH": 1 * MEGABYTE,
        "MAX_FORM_PARTS": 6000,
        "MAX_FORM_MEMORY_SIZE": 1 * MEGABYTE,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_STORAGE_URI": "memory://",
        "RATELIMIT_STRATEGY": "moving-window",
        "BABEL_DEFAULT_LOCALE": FRENCH,
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
        "FLASK_ADMIN_RAISE_ON_VIEW_EXCEPTION": True,
        **address,
        **_cookies(production=production),
        **_intake(env),
        **_security(env, instance, production=production),
    }


@dataclass(frozen=True)
class ServerSettings:
    """What ``gunicorn.conf.py`` asks of the environment."""

    workers: int
    accesslog: str | None


def server_settings(environ: dict[str, str] | None = None) -> ServerSettings:
    """Read them. The access log goes to standard output, in production alone."""
    env = dict(os.environ) if environ is None else environ
    return ServerSettings(int(env.get("WEB_CONCURRENCY") or 2), "-" if _is_production(env) else None)


def child_environment(**more: str) -> dict[str, str]:
    """This process's environment, and ``more``, for a tool that it runs."""
    return {**os.environ, **more}


def _is_production(env: dict[str, str]) -> bool:
    return env.get("SERCOM_ENV") == "production" or any(name in env for name in PLATFORMS)


def _refuse_unfit(env: dict[str, str], url: str, *, platform: bool) -> None:
    """Raise ``ConfigurationError`` for the first thing that is missing in production."""
    hosted = any(env.get(name) for name in PLATFORM_HOSTS)
    refusals = (
        (
            len(env.get("SECRET_KEY", "")) < SECRET_LENGTH,
            f"Set SECRET_KEY: sessions and tickets are signed with it ({SECRET_LENGTH} characters or more).",
        ),
        (
            len(env.get("SECURITY_PASSWORD_SALT", "")) < SECRET_LENGTH,
            f"Set SECURITY_PASSWORD_SALT: passwords are hashed with it ({SECRET_LENGTH} characters or more), for good.",
        ),
        (not url, "Set DATABASE_URL: a SQLite file on this machine's disk may be lost at every restart."),
        (
            url in MEMORY or (platform and url.startswith("sqlite")),
            "Set DATABASE_URL: this SQLite database is lost at every restart. Take PostgreSQL.",
        ),
        (
            bool(env.get("APP_BASE_URL")) and not _is_origin(env["APP_BASE_URL"]),
            "Set APP_BASE_URL: an address like https://form.example.com, without a path.",
        ),
        (
            not env.get("APP_BASE_URL") and not hosted and "DYNO" not in env,
            "Set APP_BASE_URL: the address clients use. Requests that name another host are refused.",
        ),
    )
    for unfit, message in refusals:
        if unfit:
            raise ConfigurationError(message)


def _refuse_unreadable_mail(env: dict[str, str]) -> None:
    """Raise ``ConfigurationError`` for a mail server or a sender that nothing could be sent with."""
    url, sender = urlsplit(env.get("SMTP_URL", "")), env.get("MAIL_FROM", "")
    if env.get("SMTP_URL") and (url.scheme not in {"smtp", "smtps"} or not url.hostname):
        msg = "Set SMTP_URL: smtp://user:password@host:587 or smtps://user:password@host:465."
        raise ConfigurationError(msg)
    if sender and not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", sender):
        msg = "Set MAIL_FROM: an address alone, like info@example.com; the company's name is added."
        raise ConfigurationError(msg)


def _refuse_mail_to_nowhere(env: dict[str, str], base: str, *, production: bool) -> None:
    """Raise ``ConfigurationError`` where e-mails that leave by themselves would lead to this very machine, or nowhere.

    A reminder is written by the worker: no request is there to say under which address the product is known.
    """
    if env.get("SMTP_URL") and env.get("MAIL_FROM") and not base:
        msg = "Set APP_BASE_URL: e-mails are sent, and their links lead to it (http://127.0.0.1:5000 to try it out)."
        raise ConfigurationError(msg)
    if production and (urlsplit(base).hostname or "") in LOOPBACK:
        msg = "Set APP_BASE_URL: links in e-mails lead to it, and nobody else reaches this machine as localhost."
        raise ConfigurationError(msg)


def _is_origin(url: str) -> bool:
    parts = urlsplit(url.strip())
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.path in {"", "/"} and not parts.query


def _address(env: dict[str, str], *, production: bool) -> dict[str, Any]:
    """The address of the product, and the host names under which it answers (``None``: any, on a laptop).

    A platform names its own host in a variable. Heroku does where "dyno metadata" is on; elsewhere its
    router only passes the names that belong to the application, so that its whole domain may be trusted.
    """
    given = env.get("APP_BASE_URL", "").strip().rstrip("/")
    named = [env[name] for name in PLATFORM_HOSTS if env.get(name)]
    base = given or (f"https://{named[0]}" if named else "")
    trusted = [*named, *([urlsplit(given).hostname or ""] if given else [])]
    if "DYNO" in env and not named:
        trusted.append(".herokuapp.com")
    return {"APP_BASE_URL": base, "TRUSTED_HOSTS": trusted if production else None}


def _cookies(*, production: bool) -> dict[str, Any]:
    """``__Host-``: a browser takes such a cookie over TLS alone, for this host alone, and sends it nowhere else."""
    prefix = "__Host-" if production else ""
    return {
        "SESSION_COOKIE_NAME": f"{prefix}session",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_SECURE": production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_NAME": f"{prefix}remember",
        "REMEMBER_COOKIE_SECURE": production,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
    }


def _intake(env: dict[str, str]) -> dict[str, Any]:
    """What the public form takes from one address, for one e-mail and in all.

    The first three hold for a process and are forgotten with it; the daily ones are counted in the database.
    """
    return {
        "INTAKE_MIN_SECONDS": _whole(env, "INTAKE_MIN_SECONDS", 3),
        "INTAKE_BURST": _whole(env, "INTAKE_BURST", 20),
        "INTAKE_FLOOD": _whole(env, "INTAKE_FLOOD", 200),
        "INTAKE_DAILY_PER_ADDRESS": _whole(env, "INTAKE_DAILY_PER_ADDRESS", 40),
        "INTAKE_DAILY_PER_EMAIL": _whole(env, "INTAKE_DAILY_PER_EMAIL", 10),
        "INTAKE_DAILY_TOTAL": _whole(env, "INTAKE_DAILY_TOTAL", 500),
    }


def _whole(env: dict[str, str], name: str, default: int) -> int:
    """A whole number of the environment."""
    text = env.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit()):
        msg = f"Set {name} to a whole number, or leave it out: it is {default} then."
        raise ConfigurationError(msg)
    return int(text)


def _security(env: dict[str, str], instance: Path, *, production: bool) -> dict[str, Any]:
    """Flask-Security's settings; what they say stands in ``signin/settings.py``."""
    return {
        "SECURITY_I18N_DIRNAME": [str(ROOT / "translations"), "builtin"],
        **sign_in_settings(
            env.get("SECURITY_PASSWORD_SALT") or _local_secret(instance, "password_salt"), production=production
        ),
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
