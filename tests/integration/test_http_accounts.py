"""The accounts over HTTP: every figure leads to its rows, files go in and out, refusals stand where they belong."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest

from sercom.accounts import bankfile
from sercom.accounts.model import BankTransfer
from sercom.core.base import db
from sercom.entities.company.model import get_company
from sercom.entities.users.model import Language
from sercom.models import Invoice, Payment
from sercom.web import UPLOADS
from tests.integration.test_ageing import issue, put
from tests.integration.test_interac import bank
from tests.support import Browser, World, day, make_client, make_user
from tests.test_conventions import check, unlabelled

BASE = "/admin/accounts"


def owe(world: World, name: str = "Julie Tremblay", **columns: object) -> tuple[int, int]:
    """A client with an invoice of 114.98 issued 50 days ago, 20 past due: the ids of both."""
    found: list[int] = []

    def build() -> object:
        invoice = issue(make_client(name, **columns), make_user("office").actor, day(-50))
        found.append(invoice.client_id)
        return invoice

    invoice = world.make(build)
    return found[0], invoice


def page(browser: Browser, url: str, status: int = 200) -> str:
    answer = browser.get(url)
    assert answer.status_code == status, url
    return answer.get_data(as_text=True)


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def test_every_page_parses_strictly_and_names_its_fields(world: World, browser: Browser):
    client, _invoice = owe(world)
    world.make(lambda: put(issue(make_client("<b>Gras</b>"), make_user("office").actor, day(-9)), 5, day(-8), kept=7))
    browser.sign_in(world.user("owner"))
    browser.post(f"{BASE}/interac", {"file": (BytesIO(bank((day(-1), "JULIE TREMBLAY", "114.98"))), "a.csv")})
    for url in (
        *("/ageing", "/ageing?on=2020-01-01", "/items", "/items?bucket=1-30", "/items?bucket=credit", "/closing"),
        *(f"/statement/{client}", f"/statement/{client}?view=open", "/interac", "/interac?tab=matched"),
        f"/items?bucket=1-30&client={client}",
    ):
        html = page(browser, BASE + url)
        check(html, url)
        assert not unlabelled(html), url


def test_every_figure_of_ageing_leads_to_what_it_counts(world: World, browser: Browser):
    owe(world)
    owe(world, "Pierre Gagnon")
    browser.sign_in(world.user("accountant"))
    html = page(browser, f"{BASE}/ageing")
    links = set(re.findall(rf'href="({BASE}/items\?[^"]*)">([^<]+)<', html))
    assert len(links) == 3
    for url, amount in links:
        shown = text_of(page(browser, url.replace("&amp;", "&")))
        assert amount.replace("\u00a0", " ") in shown


def test_ageing_as_of_a_day_and_one_that_is_none(world: World, browser: Browser):
    owe(world)
    browser.sign_in(world.user("accountant"))
    assert "Julie Tremblay" not in page(browser, f"{BASE}/ageing?on={day(-51)}")
    assert "Julie Tremblay" in page(browser, f"{BASE}/ageing?on={day(-50)}")
    assert "2026-09-01" in page(browser, f"{BASE}/ageing?on=hier", 422)
    for url in ("/items?on=hier", "/items?bucket=autre", "/items?client=abc", "/statement/999999"):
        page(browser, BASE + url, 404)


def test_a_page_beyond_the_last_leads_back(world: World, browser: Browser):
    owe(world)
    browser.sign_in(world.user("accountant"))
    assert browser.get(f"{BASE}/ageing?page=99999999999").status_code == 200
    assert browser.get(f"{BASE}/ageing?page=7").status_code == 302


def test_ageing_as_a_file_is_harmless_to_spreadsheets(world: World, browser: Browser):
    owe(world, "=CMD()")
    browser.sign_in(world.user("accountant"))
    answer = browser.get(f"{BASE}/ageing/csv?on={day()}")
    lines = answer.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert lines[1] == "'=CMD(),0.00,114.98,0.00,0.00,0.00,0.00,114.98"
    assert browser.get(f"{BASE}/ageing/csv?on=hier").status_code == 400


def test_a_statement_on_paper_in_french_and_in_english_for_who_chose_it(world: World, browser: Browser):
    client, _invoice = owe(world)
    english, _other = owe(world, "Susan Roy", language=Language.ENGLISH)
    browser.sign_in(world.user("office"))
    with world.counting() as statements:
        answer = browser.get(f"{BASE}/statement/{client}/pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert not [text for text in statements if text.startswith(("INSERT", "UPDATE"))]
    assert browser.get(f"{BASE}/statement/{client}/pdf?language=en_CA").status_code == 404
    assert browser.get(f"{BASE}/statement/{english}/pdf?language=en_CA").status_code == 200
    assert f"{BASE}/statement/{english}/pdf" in page(browser, f"{BASE}/statement/{english}")


def test_a_period_that_is_none_is_said_beside_its_field(world: World, browser: Browser):
    client, _invoice = owe(world)
    browser.sign_in(world.user("office"))
    for path in ("", "/pdf"):
        answer = browser.get(f"{BASE}/statement/{client}{path}?since=2026-03-01&until=2026-02-01")
        assert answer.status_code == 422
        assert 'id="since-error"' in answer.get_data(as_text=True)
    assert browser.get(f"{BASE}/statement/{client}?view=autre&until=hier").status_code == 422


def test_the_client_page_leads_to_the_statement(world: World, browser: Browser):
    client, _invoice = owe(world)
    browser.sign_in(world.user("office"))
    assert f'href="{BASE}/statement/{client}"' in page(browser, f"/admin/clients/details/?id={client}")


def test_closing_says_why_not_and_keeps_what_was_typed(world: World, browser: Browser):
    browser.sign_in(world.user("owner"))
    fields = browser.form(f"{BASE}/closing")
    refused = browser.post(f"{BASE}/closing", fields | {"until": day(3).isoformat(), "reason": "Essai"})
    assert refused.status_code == 422
    assert day(3).isoformat() in refused.get_data(as_text=True)
    assert 'value="Essai"' in refused.get_data(as_text=True)
    assert browser.post(f"{BASE}/closing", fields | {"until": day(-30).isoformat()}).status_code == 302
    assert world.read(lambda: get_company(db.session).locked_until) == day(-30)
    assert str(day(-30)) in page(browser, f"{BASE}/closing")
    assert browser.post(f"{BASE}/closing", fields | {"until": day(-20).isoformat()}).status_code == 409


def test_a_payment_of_a_closed_day_is_refused_beside_the_date(world: World, browser: Browser):
    _client, invoice = owe(world)
    browser.sign_in(world.user("owner"))
    browser.post(f"{BASE}/closing", browser.form(f"{BASE}/closing") | {"until": day(-30).isoformat()})
    url = f"/admin/invoices/{invoice}/do/record_payment"
    data = browser.form(url) | {"amount": "10", "method": "cash", "received_on": day(-31).isoformat()}
    answer = browser.post(url, data)
    assert answer.status_code == 422
    assert 'id="received_on-error"' in answer.get_data(as_text=True)


def test_voiding_what_was_closed_meanwhile_is_refused_beside_the_reason(world: World, browser: Browser):
    _client, invoice = owe(world)
    browser.sign_in(world.user("owner"))
    url = f"/admin/invoices/{invoice}/do/void"
    data = browser.form(url) | {"reason": "En double"}
    browser.post(f"{BASE}/closing", browser.form(f"{BASE}/closing") | {"until": day(-1).isoformat()})
    answer = browser.post(url, data)
    assert answer.status_code == 422
    assert 'id="reason-error"' in answer.get_data(as_text=True)
    assert 'value="En double"' in answer.get_data(as_text=True)


def test_a_bank_file_goes_in_and_a_double_click_records_once(world: World, browser: Browser):
    client, invoice = owe(world)
    browser.sign_in(world.user("office"))
    for _time in range(2):
        data = {"file": (BytesIO(bank((day(-1), "JULIE TREMBLAY", "114.98"))), "a.csv")}
        assert browser.post(f"{BASE}/interac", data).status_code == 302
    html = page(browser, f"{BASE}/interac")
    assert html.count('class="came"') == 1
    number = re.search(r'name="number" value="(F-\d+)"', html)
    action = re.search(rf'action="({BASE}/interac/\d+/confirm)"', html)
    assert number
    assert action
    for _time in range(2):
        assert browser.post(action[1], {"number": number[1]}).status_code == 302
    assert world.read(lambda: db.session.query(Payment).filter_by(client_id=client).count()) == 1
    assert number[1] in page(browser, f"{BASE}/interac?tab=matched")
    assert f"/admin/invoices/details/?id={invoice}" in page(browser, f"{BASE}/interac?tab=matched")


def test_a_refused_number_stands_at_its_transfer_with_what_was_typed(world: World, browser: Browser):
    browser.sign_in(world.user("office"))
    received = {"received_on": day(-1), "amount": 5, "description": "Interac =1+1 <b>", "fingerprint": "x"}
    row = world.make(lambda: _added(BankTransfer(**received)))
    answer = browser.post(f"{BASE}/interac/{row}/confirm", {"number": "F-77"})
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'id="error-{row}"' in html
    assert 'value="F-77"' in html
    assert "=1+1 &lt;b&gt;" in html
    for act in ("set-aside", "restore", "set-aside"):
        assert browser.post(f"{BASE}/interac/{row}/{act}").status_code == 302
    assert browser.post(f"{BASE}/interac/99999999999/restore").status_code == 404


def _added(row: BankTransfer) -> BankTransfer:
    db.session.add(row)
    return row


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b'Date,Description,Amount\n2026-01-05,Interac,"1,234"\n', 422),
        (b"x" * 2_000, 422),
        (b"x" * 20_000, 413),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch, data: bytes, status: int
):
    monkeypatch.setattr(bankfile, "MAX_BYTES", 1_000)
    monkeypatch.setitem(UPLOADS, "accounts.interac_view", 10_000)
    browser.sign_in(world.user("office"))
    answer = browser.post(f"{BASE}/interac", {"file": (BytesIO(data), "a.csv")})
    assert answer.status_code == status
    assert world.read(lambda: db.session.query(BankTransfer).count()) == 0


def test_no_file_is_said(world: World, browser: Browser):
    browser.sign_in(world.user("office"))
    assert browser.post(f"{BASE}/interac").status_code == 422


def test_pages_ask_no_more_as_their_tables_grow(world: World, browser: Browser):
    browser.sign_in(world.user("owner"))
    urls = (f"{BASE}/ageing", f"{BASE}/items", f"{BASE}/interac", f"{BASE}/interac?tab=matched")
    counted = []
    for round_ in range(2):
        for number in range(1 + 4 * round_):
            _client, invoice = owe(world, f"Julie Tremblay{round_}{number}")
            for said in ("ET", "A"):
                file = bank((day(-1 - number), f"JULIE {said}{round_}{number}", "5.00"))
                browser.post(f"{BASE}/interac", {"file": (BytesIO(file), "a.csv")})
            shown = page(browser, f"{BASE}/interac")
            action = re.search(rf'action="({BASE}/interac/\d+/confirm)"', shown)
            assert action
            named = world.read(lambda invoice=invoice: str(db.session.get(Invoice, invoice)))
            browser.post(action[1], {"number": named})
        sizes = []
        for url in urls:
            browser.get(url)
            with world.counting() as statements:
                browser.get(url)
            sizes.append(len(statements))
        counted.append(sizes)
    assert counted[0] == counted[1]


def test_days_of_the_form_are_the_year_so_far(world: World, browser: Browser):
    client, _invoice = owe(world)
    browser.sign_in(world.user("office"))
    html = page(browser, f"{BASE}/statement/{client}")
    assert f'value="{date(day().year, 1, 1)}"' in html
    assert f'value="{day()}"' in html
