"""What stands before the application: probes, static files, the proxy, host names, cookies, TLS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade
from flask_security.utils import hash_password, verify_password
from sqlalchemy import select, text

from sercom import create_app
from sercom.core.base import db
from sercom.core.database import engine_options
from sercom.models import User
from tests.conftest import build_app
from tests.support import make_user

HOST = "demande.example.ca"
OVER_TLS = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6, 203.0.113.7"}
STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Flask]:
    """The application as its own company runs it, behind a proxy."""
    url = f"sqlite:///{tmp_path / 'sercom.sqlite3'}"
    environ = {
        "SERCOM_ENV": "production",
        "BEHIND_PROXY": "1",
        "SECRET_KEY": "k" * 32,
        "SECURITY_PASSWORD_SALT": "s" * 32,
        "DATABASE_URL": url,
        "APP_BASE_URL": f"https://{HOST}",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    app = build_app(url, SECRET_KEY="k" * 32)
    yield app
    with app.app_context():
        db.engine.dispose()


def status(app: Flask, path: str, **options: Any) -> tuple[int, str]:
    answer = app.test_client().open(path, **options)
    return answer.status_code, answer.text.strip()


def test_a_process_is_alive_and_ready_at_the_last_migration_alone(own_app: Flask):
    assert status(own_app, "/healthz") == (200, "ok")
    assert status(own_app, "/readyz") == (200, "ready")
    assert status(own_app, "/readyz", method="HEAD") == (200, "")
    assert status(own_app, "/readyz", method="POST")[0] == 405
    with own_app.app_context(), db.engine.connect() as writer:
        writer.execute(text("UPDATE counter SET value = value"))  # holds SQLite's lock
        assert status(own_app, "/readyz")[0] == 200
    with own_app.app_context():
        downgrade(revision="0001")
        assert status(own_app, "/readyz") == (503, "the database is not at the last migration")
        downgrade(revision="base")
        assert status(own_app, "/readyz")[0] == 503
    assert status(own_app, "/healthz") == (200, "ok")


@pytest.mark.parametrize("url", ["sqlite:////nowhere/at/all.sqlite3", "postgresql+psycopg://u:secret@127.0.0.1:1/db"])
def test_without_its_database_a_process_lives_and_takes_no_requests(url: str, caplog: pytest.LogCaptureFixture):
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url)})
    assert status(app, "/healthz") == (200, "ok")
    assert status(app, "/readyz") == (503, "the database does not answer")
    assert "secret" not in caplog.text


def test_every_static_file_has_an_address_of_its_content(production: Flask):
    client = production.test_client()
    page = client.get("/", headers=OVER_TLS).text
    addresses = set(re.findall(r'(?:href|src)="(/static/[^"#]+)"', page))
    assert len(addresses) >= 5
    assert all(re.match(r"/static/[0-9a-f]{12}/", address) for address in addresses)
    prefix = next(iter(addresses)).rsplit("/static/", 1)[1][:12]
    for path in (path for path in STATIC.rglob("*") if path.is_file()):
        answer = client.get(f"/static/{prefix}/{path.relative_to(STATIC).as_posix()}", headers=OVER_TLS)
        assert answer.status_code == 200, path
        assert answer.data == path.read_bytes()
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer.close()
    # What a style sheet names stands beside it, under the same digest.
    sheet = (STATIC / "css" / "tokens.css").read_text()
    for name in re.findall(r'url\("\.\./([^"]+)"\)', sheet):
        assert (STATIC / name).is_file(), name
    for other in (
        "/static/000000000000/css/tokens.css",
        f"/static/{prefix}/../app.py",
        f"/static/{prefix}/css/none.css",
    ):
        assert client.get(other, headers=OVER_TLS).status_code == 404, other
    plain = client.get("/static/icon.svg", headers=OVER_TLS)
    assert "immutable" not in plain.headers.get("Cache-Control", "")
    plain.close()


def test_cookies_are_this_hosts_alone_and_pages_ask_for_tls(production: Flask):
    answer = production.test_client().get("/login", headers=OVER_TLS)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_laptop_has_no_tls_and_any_name(app: Flask):
    answer = app.test_client().get("/login", headers={"Host": "192.168.1.20:5000"})
    assert answer.status_code == 200
    assert answer.headers["Set-Cookie"].startswith("session=")
    assert "Secure" not in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in answer.headers


def test_plain_http_leads_to_tls(production: Flask):
    plain = OVER_TLS | {"X-Forwarded-Proto": "http"}
    for method, path in (("GET", "/login?next=/admin/"), ("POST", "/")):
        answer = production.test_client().open(path, method=method, headers=plain)
        assert (answer.status_code, answer.location) == (308, f"https://{HOST}{path}")
    assert status(production, "/healthz", headers={"Host": "10.1.2.3:8000"}) == (200, "ok")
    assert status(production, "/readyz", headers={"Host": "10.1.2.3:8000"}) == (200, "ready")


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", f"x{HOST}", "localhost", "10.1.2.3:8000", ""])
def test_another_hosts_name_is_refused(production: Flask, host: str):
    for headers in ({}, {"Referer": "https://evil.example/"}, {"X-Forwarded-Host": HOST}):
        for path in ("/", "/admin/", "/login", "/nothing"):
            answer = production.test_client().get(path, headers=OVER_TLS | {"Host": host} | headers)
            assert answer.status_code == 400, (path, headers)
            assert "evil" not in answer.text


def test_a_proxys_word_counts_and_nobody_elses(production: Flask, monkeypatch: pytest.MonkeyPatch):
    seen: list[tuple[str | None, str, str]] = []

    def look() -> None:
        from flask import request

        seen.append((request.remote_addr, request.scheme, request.host))

    production.before_request_funcs[None].insert(0, look)
    production.test_client().get("/", headers=OVER_TLS | {"X-Forwarded-Host": "evil.example"})
    monkeypatch.delenv("BEHIND_PROXY")
    bare = create_app()
    bare.before_request_funcs[None].insert(0, look)
    bare.test_client().get("/", headers=OVER_TLS)
    assert seen == [("203.0.113.7", "https", HOST), ("127.0.0.1", "http", HOST)]


def test_signing_in_works_over_tls(production: Flask):
    with production.app_context():
        make_user("owner", email="owner@example.org", password=hash_password("une phrase assez longue"))
        db.session.commit()
    client = production.test_client()
    options: dict[str, Any] = {
        "headers": OVER_TLS | {"Referer": f"https://{HOST}/login"},
        "base_url": f"https://{HOST}",
    }
    page = client.get("/login", **options).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    data = {"csrf_token": token.group(1), "email": "owner@example.org", "password": "une phrase assez longue"}
    answer = client.post("/login", data=data, **options)
    assert (answer.status_code, answer.location) == (302, "/admin/")
    home = client.get("/admin/", **options)
    assert home.status_code == 200
    assert f"https://{HOST}/" in home.text


def test_the_first_owner_is_made_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    def bootstrap() -> str:
        result = app.test_cli_runner().invoke(args=["bootstrap"])
        assert result.exit_code == 0, result.output
        return result.output

    assert bootstrap() == ""  # nobody was named
    monkeypatch.setitem(app.config, "OWNER_EMAIL", "sylvie@example.org")
    password = re.fullmatch(r"Owner: sylvie@example\.org  password: (\S{16})  \(.*\)\n", bootstrap())
    assert password
    with app.app_context():
        owner = db.session.scalars(select(User)).one()
        assert [role.name for role in owner.roles] == ["owner"]
        assert verify_password(password.group(1), owner.password or "")
    assert bootstrap() == ""
