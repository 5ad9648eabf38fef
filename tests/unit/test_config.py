"""Settings from the environment: what production refuses, what a laptop gets by itself."""

import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from sercom.config import ConfigurationError, from_environment
from sercom.core.database import engine_options, normalise_url

SECRETS = {"SECRET_KEY": "k" * 32, "SECURITY_PASSWORD_SALT": "s" * 32}
DATABASE = {"DATABASE_URL": "postgres://u:p@host/db"}
MAIL = {"SMTP_URL": "smtp://127.0.0.1:25", "MAIL_FROM": "info@example.com"}
ADDRESS = {"APP_BASE_URL": "https://demande.example.ca/"}
FIT = {"SERCOM_ENV": "production"} | SECRETS | DATABASE | ADDRESS


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("postgres://u:p@host:5432/db", "postgresql+psycopg://u:p@host:5432/db"),
        ("postgresql://u:p@host/db?sslmode=require", "postgresql+psycopg://u:p@host/db?sslmode=require"),
        ("postgresql+psycopg://u:p@host/db", "postgresql+psycopg://u:p@host/db"),
        ("postgresql://u:postgres://@host/db", "postgresql+psycopg://u:postgres://@host/db"),
        ("sqlite:////tmp/x.sqlite3", "sqlite:////tmp/x.sqlite3"),
        ("", ""),
    ],
)
def test_a_platforms_address_is_made_sqlalchemys(given: str, normal: str):
    assert normalise_url(given) == normal
    assert normalise_url(normal) == normal


def test_postgresql_has_a_small_pool_and_sqlite_a_timeout():
    options = engine_options("postgresql+psycopg://u:p@host/db")
    assert options["pool_size"] + options["max_overflow"] == 5
    assert options["pool_pre_ping"]
    assert engine_options("sqlite://")["connect_args"] == {"isolation_level": None, "timeout": 10}


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"SERCOM_ENV": "production"} | DATABASE, "SECRET_KEY"),
        ({"SERCOM_ENV": "production", "SECRET_KEY": ""} | DATABASE, "SECRET_KEY"),
        ({"DYNO": "web.1"} | DATABASE, "SECRET_KEY"),
        ({"RENDER": "true"} | DATABASE, "SECRET_KEY"),
        ({"DYNO": ""} | DATABASE, "SECRET_KEY"),
        ({"DYNO": "web.1"} | SECRETS, "DATABASE_URL"),
        ({"DYNO": "web.1", "DATABASE_URL": ""} | SECRETS, "DATABASE_URL"),
        ({"RENDER": "true"} | SECRETS, "DATABASE_URL"),
        ({"SERCOM_ENV": "production", "SECRET_KEY": "k" * 32} | DATABASE, "SECURITY_PASSWORD_SALT"),
        (FIT | {"SECRET_KEY": "k" * 31}, "SECRET_KEY"),
        (FIT | {"SECURITY_PASSWORD_SALT": "changeme"}, "SECURITY_PASSWORD_SALT"),
        (FIT | {"DATABASE_URL": ""}, "DATABASE_URL"),
        (FIT | {"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
        (FIT | {"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL"),
        (FIT | {"DYNO": "web.1", "DATABASE_URL": "sqlite:////app/sercom.sqlite3"}, "DATABASE_URL"),
        (FIT | {"RENDER": "true", "DATABASE_URL": "sqlite:///sercom.sqlite3"}, "DATABASE_URL"),
        (FIT | {"APP_BASE_URL": ""}, "APP_BASE_URL"),
        (FIT | {"APP_BASE_URL": "demande.example.ca"}, "APP_BASE_URL"),
        (FIT | {"APP_BASE_URL": "https://example.ca/form"}, "APP_BASE_URL"),
        ({"RENDER": "true"} | SECRETS | DATABASE, "APP_BASE_URL"),
    ],
)
def test_production_refuses_what_would_lose_data(environ: dict[str, str], named: str, tmp_path: Path):
    with pytest.raises(ConfigurationError, match=rf"^Set {named}:"):
        from_environment(environ | {"SERCOM_INSTANCE": str(tmp_path / "instance")})
    assert not (tmp_path / "instance").exists()


@pytest.mark.parametrize(
    "platform", [{"DYNO": "web.1"}, {"RENDER": "true"} | ADDRESS, {"SERCOM_ENV": "production"} | ADDRESS]
)
def test_production_takes_what_it_is_given_and_writes_nothing(platform: dict[str, str], tmp_path: Path):
    instance = tmp_path / "instance"
    settings = from_environment(platform | SECRETS | DATABASE | {"SERCOM_INSTANCE": str(instance)})
    assert settings["PRODUCTION"]
    assert settings["SESSION_COOKIE_SECURE"]
    assert settings["SECRET_KEY"] == SECRETS["SECRET_KEY"]
    assert settings["SECURITY_PASSWORD_SALT"] == SECRETS["SECURITY_PASSWORD_SALT"]
    assert settings["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://u:p@host/db"
    assert not instance.exists()


@pytest.mark.parametrize(
    ("environ", "base", "trusted", "proxy"),
    [
        ({}, "", None, False),
        (ADDRESS, "https://demande.example.ca", None, False),
        (FIT, "https://demande.example.ca", ["demande.example.ca"], False),
        (FIT | {"BEHIND_PROXY": "1"}, "https://demande.example.ca", ["demande.example.ca"], True),
        (FIT | {"BEHIND_PROXY": "0"}, "https://demande.example.ca", ["demande.example.ca"], False),
        ({"DYNO": "web.1"} | SECRETS | DATABASE, "", [".herokuapp.com"], True),
        (
            {"DYNO": "web.1", "HEROKU_APP_DEFAULT_DOMAIN_NAME": "sercom-1a2b.herokuapp.com"} | SECRETS | DATABASE,
            "https://sercom-1a2b.herokuapp.com",
            ["sercom-1a2b.herokuapp.com"],
            True,
        ),
        (
            {"RENDER": "true", "RENDER_EXTERNAL_HOSTNAME": "sercom.onrender.com"} | SECRETS | DATABASE | ADDRESS,
            "https://demande.example.ca",
            ["sercom.onrender.com", "demande.example.ca"],
            True,
        ),
    ],
)
def test_the_address_is_the_companys_or_the_platforms(
    environ: dict[str, str], base: str, trusted: list[str] | None, *, proxy: bool, tmp_path: Path
):
    settings = from_environment(environ | {"SERCOM_INSTANCE": str(tmp_path)})
    assert (settings["APP_BASE_URL"], settings["TRUSTED_HOSTS"], settings["BEHIND_PROXY"]) == (base, trusted, proxy)


@pytest.fixture
def switching() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def local(tmp_path: Path, **environ: str) -> dict[str, Any]:
    return from_environment({"SERCOM_INSTANCE": str(tmp_path / "instance")} | environ)


def test_a_laptop_gets_a_database_file_and_secrets_of_its_own(tmp_path: Path):
    settings = local(tmp_path)
    assert not settings["PRODUCTION"]
    assert not settings["SESSION_COOKIE_SECURE"]
    assert settings["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/instance/sercom.sqlite3"
    assert settings["COMPANY_TIMEZONE"] == "America/Toronto"
    assert len(settings["SECRET_KEY"]) == 64
    assert len(settings["SECURITY_PASSWORD_SALT"]) >= 32


def test_local_secrets_last_and_are_the_owners_alone(tmp_path: Path):
    first, second = local(tmp_path), local(tmp_path)
    elsewhere = local(tmp_path / "other")
    for name in ("SECRET_KEY", "SECURITY_PASSWORD_SALT"):
        assert first[name] == second[name] != elsewhere[name]
    kept = [path for path in (tmp_path / "instance").iterdir() if path.is_file()]
    assert "secret_key" in {path.name for path in kept}
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path, switching: None):
    for number in range(40):
        together = Barrier(8)

        def start(folder: Path, together: Barrier = together) -> str:
            together.wait()
            return str(local(folder)["SECRET_KEY"])

        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(start, [tmp_path / str(number)] * 8))
        assert {len(secret) for secret in found} == {64}
        assert len(found) == 1


def test_the_environment_decides(tmp_path: Path):
    settings = local(tmp_path, SECRET_KEY="mine", COMPANY_TIMEZONE="America/Vancouver", DATABASE_URL="sqlite:///x")
    assert settings["SECRET_KEY"] == "mine"
    assert settings["COMPANY_TIMEZONE"] == "America/Vancouver"
    assert settings["SQLALCHEMY_DATABASE_URI"] == "sqlite:///x"


def test_the_forms_limits_are_whole_numbers(tmp_path: Path):
    home = {"SERCOM_INSTANCE": str(tmp_path)}
    assert from_environment(home)["INTAKE_MIN_SECONDS"] == 3
    assert from_environment(home | {"INTAKE_MIN_SECONDS": "0", "INTAKE_BURST": ""})["INTAKE_MIN_SECONDS"] == 0
    for wrong in ("-1", "x", "1.5", "²"):
        with pytest.raises(ConfigurationError, match="INTAKE_BURST"):
            from_environment(home | {"INTAKE_BURST": wrong})


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"SMTP_URL": "mail.example.com"}, "SMTP_URL"),
        ({"SMTP_URL": "http://mail.example.com"}, "SMTP_URL"),
        ({"MAIL_FROM": "Sercom <info@example.com>"}, "MAIL_FROM"),
        ({"MAIL_FROM": "a@b@c"}, "MAIL_FROM"),
        (MAIL, "APP_BASE_URL"),
        ({"DYNO": "web.1"} | SECRETS | DATABASE | MAIL, "APP_BASE_URL"),  # it names its own address on demand only
        (FIT | {"APP_BASE_URL": "http://127.0.0.1:8000"}, "APP_BASE_URL"),
        (FIT | {"APP_BASE_URL": "https://localhost"}, "APP_BASE_URL"),
    ],
)
def test_mail_that_could_not_leave_is_refused_at_the_start(wrong: dict[str, str], named: str, tmp_path: Path):
    with pytest.raises(ConfigurationError, match=rf"^Set {named}:"):
        from_environment(wrong | {"SERCOM_INSTANCE": str(tmp_path)})
