"""What an owner types for the public form: the service area, and the sites that may show it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sercom.core.errors import DomainError
from sercom.entities.company.model import Company, read_area, read_origins
from sercom.web import content_security_policy


@pytest.mark.parametrize(
    ("typed", "read"),
    [("", ""), ("j4, J5R ,h", "J4, J5R, H"), ("H7L1M3;h7l1m3\nG", "H7L1M3, G"), (" , ", ""), ("H2X\tJ0", "H2X, J0")],
)
def test_an_area_is_read_however_it_is_typed(typed: str, read: str):
    assert read_area(typed) == read


@pytest.mark.parametrize("typed", ["D", "J4, Z1", "1H", "90210", "H7L1M31", "H22", "é", "*"])
def test_what_begins_no_postal_code_is_refused(typed: str):
    with pytest.raises(DomainError) as refusal:
        read_area(typed)
    assert refusal.value.field == "service_area"


@pytest.mark.parametrize(
    ("area", "code", "served"),
    [
        (None, "H7L 1M3", True),
        ("", "H7L 1M3", True),
        ("H", "H7L 1M3", True),
        ("J4, J5R", "J5R 1A1", True),
        ("J4, J5R", "J5S 1A1", False),
        ("H7L1", "H7L 1M3", True),
        ("H7L1M3", "H7L 1M4", False),
    ],
)
def test_whom_the_company_serves(area: str | None, code: str, served: object):
    assert Company(service_area=area).serves(code) is served


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ""),
        ("https://www.Example.com/", "https://www.example.com"),
        ("http://localhost:8000 https://a.ca, https://a.ca", "http://localhost:8000\nhttps://a.ca"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
    ],
)
def test_origins_are_read(typed: str, read: str):
    assert read_origins(typed) == read


@pytest.mark.parametrize(
    "typed",
    [
        *("example.com", "https://*.a.ca", "https://a.ca/page", "https://a.ca;", "'self'", "data:", "https://"),
        *("https://a.ca:99999x", "https://user@a.ca", "https://-a.ca", "https://bücher.ca", "ftp://a.ca"),
    ],
)
def test_what_is_no_origin_is_refused(typed: str):
    with pytest.raises(DomainError) as refusal:
        read_origins(typed)
    assert refusal.value.field == "frame_origins"


@given(st.text(max_size=60))
def test_no_text_reaches_another_directive_of_the_policy(typed: str):
    try:
        origins = read_origins(typed).split()
    except DomainError:
        return
    policy = content_security_policy("'self'", *origins)
    assert re.fullmatch(r"[^\n\r]*frame-ancestors 'self'( https?://[a-z0-9.:-]+)*", policy)
    assert policy.count(";") == content_security_policy().count(";")
