"""The access log names what was asked for, and opens no door."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from gunicorn.config import Config
from hypothesis import given
from hypothesis import strategies as st

from sercom.config import server_settings
from sercom.logs import MaskedLogger, masked

TOKEN = "IlpZd3VfY2tQVmx4b2F0cUV5c1ZkX1Ei.aRxYzA.9mWq5m0oXqz3J1nVQ2b0s3JkP4c"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/", "/"),
        ("/admin/invoices/12/do/record_payment", "/admin/invoices/12/do/record_payment"),
        ("/en/", "/en/"),
        (f"/merci/{TOKEN}", "/merci/~"),
        (f"/en/thanks/{TOKEN}", "/en/thanks/~"),
        (f"/suivi/{TOKEN}/pdf", "/suivi/~/pdf"),
        ("/merci/a\nGET /forged 200", "/merci/~/~"),
        ("/wp-admin/x.php", "/wp-admin/~"),
        ("/12345678901", "/~"),
    ],
)
def test_a_token_is_masked(path: str, logged: str):
    assert masked(path) == logged


@given(st.text(min_size=1))
def test_whatever_is_asked_is_one_line_of_plain_characters(path: str):
    assert set(masked(path)) <= set("abcdefghijklmnopqrstuvwxyz0123456789/_-~")


def test_the_logger_is_given_no_more_than_the_masked_path():
    environ: dict[str, Any] = {
        "REMOTE_ADDR": "203.0.113.7",
        "REQUEST_METHOD": "GET",
        "PATH_INFO": f"/merci/{TOKEN}",
        "RAW_URI": f"/merci/{TOKEN}?secret=1",
        "QUERY_STRING": "secret=1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://example.org/merci/{TOKEN}",
    }
    response = SimpleNamespace(status="200 OK", sent=512, headers=[("Location", f"/merci/{TOKEN}")])
    request = SimpleNamespace(headers=[("COOKIE", TOKEN), ("REFERER", TOKEN)])
    fields = MaskedLogger(Config()).atoms(response, request, environ, timedelta(milliseconds=12))
    assert "{h} {m} {U} {s} {B} {M}ms".format(**fields) == "203.0.113.7 GET /merci/~ 200 512 12ms"
    assert TOKEN not in str(fields)
    assert "secret" not in str(fields)


def test_the_server_logs_in_production_alone():
    assert server_settings({}).accesslog is None
    assert server_settings({"DYNO": "web.1", "WEB_CONCURRENCY": "4"}).accesslog == "-"
    assert server_settings({"WEB_CONCURRENCY": "4"}).workers == 4
    assert server_settings({"WEB_CONCURRENCY": ""}).workers == 2
