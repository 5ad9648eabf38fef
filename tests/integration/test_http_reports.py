"""Reports over HTTP: every figure leads to rows that add up to it; files; periods; who may."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from sercom.core import clock
from sercom.core.base import db
from sercom.core.money import TaxStatus
from sercom.entities.documents.line import LineDraft
from sercom.entities.ledger.model import EntryKind, Method
from sercom.models import Payment
from sercom.reports.listing import PAGE_SIZE
from sercom.reports.pages import REPORTS
from tests.integration.test_http_lists import statements_of
from tests.pages import list_rows, of_class, parse, words
from tests.rows import plan
from tests.support import HUNDRED, Browser, World, convert, day, give, make_client, make_user, start
from tests.test_conventions import check

PERMIT = LineDraft("Permis", unit_price=Decimal("33.33"), tax_status=TaxStatus.EXEMPT)
NAMES = list(REPORTS)


def busy(world: World) -> None:
    """A request with a service that went all the way, another invoice voided, quotes answered, money forgotten."""
    with world.app.app_context():
        office, technician = make_user("office"), make_user("technician")
        job = start("job", office.actor, drafts=(HUNDRED, PERMIT))
        visit = plan(job.case.visits[0], office, person=technician)
        give("start", visit, technician.actor)
        give("finish", visit, technician.actor)
        give("complete", job, office.actor)
        give("issue", convert(job, "invoice", office.actor), office.actor)
        void = start("invoice", office.actor)
        give("issue", void, office.actor)
        give("void", void, office.actor, reason="x")
        for command, data in (
            ("approve", {"channel": "phone", "name": "Julie"}),
            ("decline", {"reason": "price"}),
            (None, {}),
        ):
            quote = start("quote", office.actor)
            give("mark_sent", quote, office.actor)
            if command:
                give(command, quote, office.actor, **data)
        give("complete", start("job", office.actor), office.actor)
        held = {"client": make_client(), "method": Method.CHEQUE, "received_on": clock.today() - timedelta(days=90)}
        db.session.add(Payment(kind=EntryKind.DEPOSIT, amount=Decimal(75), **held))
        db.session.commit()


@pytest.fixture
def owner(world: World, browser: Browser) -> Browser:
    """The owner is signed in, on a company that worked."""
    busy(world)
    return browser.sign_in(world.user("owner"))


def amount(text: str) -> Decimal:
    """A figure as a page shows it."""
    bare = re.sub(r"[^\d,-]", "", text)
    return Decimal(bare.replace(",", ".") or 0)


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_leads_to_rows_that_add_up_to_it(owner: Browser, name: str):
    page = owner.get(f"/admin/reports/{name}?" + ("" if name == "forgotten" else this_year()))
    assert page.status_code == 200
    figures = [(words(link), link.get("href", "")) for link in of_class(parse(page), "to-rows")]
    assert len(figures) >= 3
    for text, url in figures:
        answer = owner.get(url)
        assert answer.status_code == 200, url
        foot = next(parse(answer).iter("tfoot"))
        sums = {amount(words(cell)) for cell in foot.iter("td")} | {Decimal(len(list_rows(answer)) - 1)}
        assert amount(text) in sums, f"{text}: {url}"
        rows = [row[-1] for row in list_rows(answer)]
        assert sum(amount(row) for row in rows[:-1]) == amount(rows[-1]), url


def this_year() -> str:
    """The days of the year, as a URL holds them."""
    return f"from={clock_year()}-01-01&until={clock_year()}-12-31"


def clock_year() -> int:
    """The company's year."""
    return day().year


@pytest.mark.parametrize("url", ["", *NAMES, "taxes/rows?sort=all", "sales/rows?month=all", "forgotten/rows?list=jobs"])
def test_pages_parse_strictly_and_hold_no_inline_style(owner: Browser, url: str):
    check(owner.get(f"/admin/reports/{url}").get_data(as_text=True), url)


@pytest.mark.parametrize("url", ["taxes", "sales", "quotes", "forgotten"])
def test_an_empty_company_is_told_so_in_words(world: World, browser: Browser, url: str):
    browser.sign_in(world.user("accountant"))
    page = browser.get(f"/admin/reports/{url}")
    assert page.status_code == 200
    assert of_class(parse(page), "empty-list")


def table(answer: Any) -> list[list[str]]:
    """The rows of a file."""
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return list(csv.reader(StringIO(answer.data.decode("utf-8-sig"))))


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_a_file_too(owner: Browser, name: str):
    assert len(table(owner.get(f"/admin/reports/{name}/csv?{this_year()}"))) > 2


def test_no_cell_of_a_file_is_a_formula(world: World, browser: Browser):
    with world.app.app_context():
        actor = make_user("office").actor
        invoice = start("invoice", actor, make_client("=HYPERLINK(1)"))
        give("issue", invoice, actor)
        db.session.commit()
    browser.sign_in(world.user("accountant"))
    head, row = table(browser.get(f"/admin/reports/taxes/rows/csv?tax=GST&{this_year()}"))
    assert row[1] == "'=HYPERLINK(1)"
    assert row[-2:] == ["100.00", "5.00"]
    assert len(head) == len(row)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("from=2026-02-31&until=2026-03-01", "Give two days, as 2025-09-01."),
        ("from=2026-03-01", "Give two days, as 2025-09-01."),
        ("from=2026-03-02&until=2026-03-01", "The period ends before it starts."),
        ("from=1990-01-01&until=2026-03-01", "A period of ten years at most."),
        ("from=x&until=0001-01-01", "Give two days, as 2025-09-01."),
    ],
)
def test_a_period_that_is_none_is_said_beside_it(world: World, browser: Browser, query: str, message: str):
    browser.sign_in(world.user("office"))
    browser.post("/language", {"language": "en_CA"})
    answer = browser.get(f"/admin/reports/sales?{query}")
    assert answer.status_code == 422
    assert [words(error) for error in of_class(parse(answer), "error")] == [message]
    assert browser.get(f"/admin/reports/sales/rows?month=all&{query}").status_code == 422


@pytest.mark.parametrize(
    "url",
    [
        *("nothing", "nothing/rows", "taxes/rows", "taxes/rows?tax=XXX", "taxes/rows?tax=GST&rate=x"),
        *("sales/rows", "quotes/rows", "forgotten/rows?list=none", "taxes/rows?tax=GST&rate=-1", "nothing/csv"),
    ],
)
def test_what_is_no_figure_is_not_found(world: World, browser: Browser, url: str):
    browser.sign_in(world.user("owner"))
    assert browser.get(f"/admin/reports/{url}").status_code == 404


@pytest.mark.parametrize(
    "args", ["sales/rows?service=0", "sales/rows?technician=person-x", "quotes/rows?month=x&outcome=%27", "x=1"]
)
def test_a_strange_key_finds_nothing(world: World, browser: Browser, args: str):
    browser.sign_in(world.user("owner"))
    assert browser.get(f"/admin/reports/{args if '/' in args else 'taxes?' + args}").status_code == 200


def test_only_the_office_sees_buttons_that_it_may_press(world: World, owner: Browser):
    assert "convert/invoice" in owner.get("/admin/reports/forgotten").get_data(as_text=True)
    owner.sign_in(world.user("accountant"))
    assert "convert/invoice" not in owner.get("/admin/reports/forgotten").get_data(as_text=True)
    owner.sign_in(world.user("office"))
    page = owner.get("/admin/reports/taxes").get_data(as_text=True)
    assert "/csv" not in page


def test_the_dashboard_tells_the_total_that_the_page_lists(world: World, owner: Browser):
    home = parse(owner.get("/admin/"))
    told = next(
        link for link in home.iter("a") if link.get("href") == "/admin/reports/forgotten" and "$" in words(link)
    )
    lists = of_class(parse(owner.get("/admin/reports/forgotten")), "card-head")
    counts = sum(int(words(of_class(head, "count")[0])) for head in lists)
    amounts = sum(amount(words(of_class(head, "to-rows")[0])) for head in lists)
    assert int(words(of_class(told, "big")[0])) == counts == 3
    assert amount(words(of_class(told, "figure")[0])) == amounts == Decimal(275)
    owner.sign_in(world.user("technician"))
    assert "/admin/reports" not in owner.get("/admin/").get_data(as_text=True)


def test_reports_ask_as_much_of_many_rows_as_of_few(world: World, owner: Browser):
    urls = [f"/admin/reports/{name}" for name in NAMES] + ["/admin/reports/taxes/rows?sort=all"]
    few = [len(statements_of(world, owner, url)) for url in urls]
    for _copy in range(3):
        busy(world)
    assert [len(statements_of(world, owner, url)) for url in urls] == few
    assert max(few) <= 2 + 1 + 4


def test_rows_are_paged(world: World, browser: Browser):
    with world.app.app_context():
        actor, client = make_user("office").actor, make_client()
        for _number in range(PAGE_SIZE + 2):
            give("issue", start("invoice", actor, client), actor)
        db.session.commit()
    browser.sign_in(world.user("office"))
    first = browser.get("/admin/reports/sales/rows?month=all")
    onward = next(link.get("href", "") for link in parse(first).iter("a") if link.get("rel") == "next")
    second = browser.get(onward)
    assert (len(list_rows(first)), len(list_rows(second))) == (PAGE_SIZE + 1, 2 + 1)
    assert list_rows(first)[-1][-1] == list_rows(second)[-1][-1] == "5 200,00 $"
