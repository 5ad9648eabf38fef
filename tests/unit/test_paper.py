"""Documents on paper: what stands on them, however many lines, and what they refuse to load."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from flask_babel import force_locale, gettext
from pypdf import PdfReader

from sercom.core import formats
from sercom.core.formats import ENGLISH, FRENCH
from sercom.output import paper
from sercom.output.kinds import PaperKind, file_name
from tests import papers
from tests.papers import item, pages_of, words
from tests.unit.pictures import encode, quarters

SAMPLES = {
    "quote": papers.quote,
    "approval": papers.approval,
    "work_order": papers.work_order,
    "work_report": papers.work_report,
    "invoice": papers.invoice,
    "credit_note": papers.credit_note,
    "receipt": papers.receipt,
    "statement": papers.statement,
}
#: What no document may ever print.
FORBIDDEN_RATES = re.compile(r"9[.,]97\b|14[.,]97")


def drawn(snapshot: dict, language: str = FRENCH, **options) -> list[str]:
    """The text of each page."""
    # A busy machine is slow at times: the limit has a test of its own.
    return pages_of(paper.to_pdf(paper.to_html(snapshot, language, **options), max_seconds=300))


def money(amount: str, language: str) -> str:
    """An amount as a reader of ``language`` sees it, every space a plain one."""
    with force_locale(language):
        return formats.money(Decimal(amount)).replace("\u00a0", " ")


def test_every_kind_has_its_template():
    assert (
        {path.stem for path in paper.TEMPLATES.glob("[!_]*.html")} == {kind.value for kind in PaperKind} == set(SAMPLES)
    )


@pytest.mark.parametrize("language", [FRENCH, ENGLISH])
@pytest.mark.parametrize("kind", SAMPLES)
def test_each_kind_says_what_it_is_and_who_made_it(kind: str, language: str):
    snapshot = SAMPLES[kind]()
    text = " ".join(drawn(snapshot, language))
    supplier = snapshot["supplier"]
    for told in (
        *(snapshot["number"] or "", supplier["name"], supplier["street"], snapshot["client"]["name"]),
        *(supplier["gst_number"], supplier["qst_number"], supplier["rbq_licence"], "450 555-0100"),
    ):
        assert told in text, told
    assert ("Une version française" in text) is (language == ENGLISH)


@pytest.mark.parametrize("language", [FRENCH, ENGLISH])
@pytest.mark.parametrize("kind", ["quote", "invoice", "credit_note"])
def test_each_amount_of_the_snapshot_is_printed(kind: str, language: str):
    snapshot = SAMPLES[kind](
        [item("Cœur « fragile » à 4 €, œuvré", "2", "h", "50.00"), item("Rabais", discount="10.00")]
    )
    text = " ".join(drawn(snapshot, language))
    assert "Cœur « fragile » à 4 €, œuvré" in text
    amounts = [snapshot["net"], snapshot["total"], *(line["amount"] for line in snapshot["lines"])]
    amounts += [tax["amount"] for tax in snapshot["taxes"]]
    for amount in amounts:
        assert money(amount, language) in text, amount
    rates = ("(5 %)", "(9,975 %)") if language == FRENCH else ("(5%)", "(9.975%)")
    assert all(rate in text for rate in rates)
    assert not FORBIDDEN_RATES.search(text)


@pytest.mark.parametrize("language", [FRENCH, ENGLISH])
def test_an_invoice_carries_all_that_the_table_asks(language: str):
    snapshot = papers.invoice(1)
    text = " ".join(drawn(snapshot, language))
    with force_locale(language):
        days = [formats.long_day(day) for day in map(paper.date.fromisoformat, snapshot["dates"].values())]
    monthly = ("2 %", "24 %") if language == FRENCH else ("2%", "24%")
    for told in (*days, "2026-0142", "paiement@boreale.example", *monthly, snapshot["texts"]["warranty"][language]):
        assert told in text, told
    assert text.count("F-000123") >= 3  # beside the title, as Interac's message, on the cheque


def test_interest_and_ways_to_pay_are_told_where_there_are_any():
    nothing = {"interac_email": None, "interac_autodeposit": False, "cheque": False, "interest_percent": None}
    text = " ".join(drawn(papers.invoice(1, payment=nothing)))
    assert "24 %" not in text
    assert gettext("How to pay") not in text
    assert gettext("Cheque") not in text


@pytest.mark.parametrize(("percent", "together"), [("30.000", True), (None, True), (None, False)])
def test_a_consumers_deposit_is_printed_under_its_condition(percent: str | None, *, together: bool):
    deposit = {"percent": percent, "amount": "300.00", "face_to_face": together}
    text = " ".join(drawn(papers.quote(1, deposit=deposit)))
    assert "300,00" in text
    told = ("Deposit if we sign together" in text, "None if you accept at a distance" in text, "Deposit asked" in text)
    assert told == (together, together, not together)


def test_a_company_that_is_not_registered_prints_no_tax():
    supplier = papers.SUPPLIER | {"gst_number": None, "qst_number": None}
    text = " ".join(drawn(papers.invoice(1, supplier=supplier, taxes=[], tax="0.00", total="2895.00")))
    assert "RT0001" not in text
    assert "TQ0001" not in text
    assert "9,975" not in text


EXEMPT = item("Conseil", price="60.00", tax_status="exempt")


@pytest.mark.parametrize(
    ("lines", "marked"),
    [
        ([item("a"), EXEMPT], True),
        ([item("a"), item("b", tax_status="zero_rated")], True),
        ([item("a"), item("b")], False),
        ([EXEMPT, EXEMPT], False),
        ([item("a", price="20.00"), EXEMPT], False),  # $83.00: less than $100
        ([item("a", price="40.00"), EXEMPT], True),  # $105.99 with its taxes
        ([words("section", "Étage") | {"tax_status": "exempt"}, item("a")], False),
    ],
)
def test_lines_show_how_they_stand_to_the_taxes_where_they_differ(lines: list, marked):
    text = " ".join(drawn(papers.invoice(lines)))
    shown = [gettext("Taxable"), gettext("Exempt"), gettext("Zero-rated")]
    assert any(word in text for word in shown) is marked


def test_titles_and_remarks_stand_among_the_lines_without_amounts():
    lines = [words("section", "Rez-de-chaussée"), item("Filtre"), words("remark", "Compris dans le forfait.")]
    text = " ".join(drawn(papers.invoice(lines)))
    assert "Rez-de-chaussée Filtre 1 100,00 $ 100,00 $ Compris dans le forfait." in text
    assert "0,00 $ 0,00" not in text
    bare = [{key: value for key, value in line.items() if key != "kind"} for line in lines[1:2]]
    assert "Filtre 1 100,00 $" in " ".join(drawn(papers.invoice(bare)))


def test_a_work_order_tells_everything_but_amounts():
    snapshot = papers.work_order()
    text = " ".join(drawn(snapshot))
    assert "$" not in text
    for told in (
        "450 555-0177",
        "Boîte à clés",
        "Récupérer le réfrigérant",
        "Marc-André Pelletier",
        "8 h 00 – 12 h 30",
    ):
        assert told in text, told
    to_bring, to_do = text.index(gettext("Parts to bring")), text.index(gettext("Work to do"))
    assert to_bring < text.index("Support mural") < to_do < text.index("Installation et mise en service")


@pytest.mark.parametrize(("lines", "pages"), [(1, 1), (5, 1), (40, 3), pytest.param(300, 11, marks=pytest.mark.slow)])
def test_every_line_is_there_and_every_page_is_counted(lines: int, pages: int):
    texts = drawn(papers.invoice([item(f"Ligne n{number}n") for number in range(lines)]))
    assert len(texts) == pages
    for number, text in enumerate(texts, start=1):
        assert gettext("Page %(page)s of %(pages)s", page=number, pages=pages) in text
        assert "F-000123" in text
    found = re.findall(r"n(\d+)n", " ".join(texts))
    assert found == [str(number) for number in range(lines)]
    on_lines = [text for text in texts if re.search(r"n\d+n", text)]
    head = " ".join(gettext(title) for title in ("Description", "Quantity", "Price", "Amount"))
    assert all(head in text for text in on_lines)


def test_a_wrong_guess_of_the_pages_is_mended():
    long = [item("Un texte qui continue et continue encore. " * 30) for _line in range(6)]
    texts = drawn(papers.invoice(long))
    assert paper._guess_pages(paper.to_html(papers.invoice(long), FRENCH)) != len(texts)
    assert all(
        gettext("Page %(page)s of %(pages)s", page=n, pages=len(texts)) in t for n, t in enumerate(texts, start=1)
    )


LONG = "anticonstitutionnellement" * 12
HARD = {
    "long words": papers.invoice([item(LONG, "99999.999", "x" * 20, "9999999.99")], title=LONG),
    "a long name": papers.invoice(
        1, client=papers.CLIENT | {"name": "W" * 160, "email": "a" * 60 + "@" + "b" * 60 + ".ca"}
    ),
    "a text of a page and more": papers.invoice([item("Un texte ordinaire qui continue. " * 150)]),
    "nothing but breaks": papers.invoice([item("a\n" * 2490)]),
    "control and far scripts": papers.invoice([item("a\x0bb\x01c\u2028d\ufffe 😀 漢字 עברית")]),
    "nobody": papers.invoice(1, client=dict.fromkeys(papers.CLIENT) | {"name": "X"}, site=None, title=""),
    "a company without anything": papers.invoice(1, supplier=dict.fromkeys(papers.SUPPLIER) | {"name": ""}),
    "nothing to do": papers.work_order([], site=None, visits=[], instructions=None, description=None),
}


@pytest.mark.parametrize("case", HARD)
def test_nothing_a_person_types_keeps_a_document_from_being_drawn(case: str):
    assert HARD[case]["number"] in drawn(HARD[case])[0]


def edges(pdf: bytes) -> tuple[float, float]:
    """Where the leftmost text begins and the rightmost begins, in points."""
    found: list[float] = []
    for page in PdfReader(BytesIO(pdf)).pages:
        page.extract_text(
            visitor_text=lambda text, cm, tm, *_rest: found.append(cm[4] + tm[4]) if text.strip() else None
        )
    return min(found), max(found)


def test_long_words_are_broken_inside_the_margins():
    pdf = paper.to_pdf(paper.to_html(HARD["long words"], FRENCH))
    left, right = edges(pdf)
    assert left >= 53
    assert right <= 558
    assert LONG in "".join(pages_of(pdf)).replace(" ", "")


HOSTILE = (
    '<b>gras</b> <img src=file:///etc/passwd> <img src="http://127.0.0.1:9/x.png"> <link href=http://127.0.0.1:9/a.css>'
    "<pdf:nextpage/> "
    "<style>@import url(http://127.0.0.1:9/b.css)</style> {{ 7 * 7 }} {% raw %} &amp; ]]> <script>1</script>"
)


@pytest.mark.parametrize("place", ["line", "title", "client", "text"])
def test_hostile_text_is_printed_and_loads_nothing(place: str, monkeypatch: pytest.MonkeyPatch):
    from xhtml2pdf.config.resources import ResourceAccessPolicy

    asked: list[str] = []
    check = ResourceAccessPolicy.check_path
    monkeypatch.setattr(ResourceAccessPolicy, "check_url", lambda self, url: asked.append(url))
    monkeypatch.setattr(
        ResourceAccessPolicy, "check_path", lambda self, path: (asked.append(str(path)), check(self, path))
    )
    changes = {
        "line": {},
        "title": {"title": HOSTILE},
        "client": {"client": papers.CLIENT | {"name": HOSTILE}},
        "text": {"texts": {"note": {FRENCH: HOSTILE, ENGLISH: None}, "warranty": {FRENCH: None, ENGLISH: None}}},
    }[place]
    text = "".join(drawn(papers.invoice([item(HOSTILE if place == "line" else "x")], **changes)))
    assert HOSTILE.replace(" ", "") in text.replace(" ", "")
    assert "root:" not in text
    assert {Path(name).name for name in asked} <= {path.name for path in paper.FONTS.iterdir()}, asked


def test_markup_of_ours_could_not_load_anything_either(caplog: pytest.LogCaptureFixture):
    html = '<img src="file:///etc/passwd"><img src="http://127.0.0.1:9/x.png"><p>fin</p>'
    assert "fin" in pages_of(paper.to_pdf(html))[0]
    assert "not allowed" in caplog.text or "refused" in caplog.text.lower()


def test_a_document_that_takes_too_long_is_refused_in_words():
    html = paper.to_html(papers.invoice(40), FRENCH)
    with pytest.raises(paper.PaperError, match="takes too long") as refused:
        paper.to_pdf(html, max_seconds=0.001)
    assert refused.value.status == 503
    assert paper.to_pdf(html).startswith(b"%PDF")  # the lock was given back


def test_two_threads_draw_one_after_the_other():
    htmls = [paper.to_html(papers.invoice(3, number=f"F-00000{number}"), FRENCH) for number in range(4)]
    found: dict[int, bytes] = {}
    threads = [
        threading.Thread(target=lambda n=n, html=html: found.update({n: paper.to_pdf(html)}))
        for n, html in enumerate(htmls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [f"F-00000{n}" in pages_of(found[n])[0] for n in range(4)] == [True] * 4


def images(pdf: bytes) -> Iterator[str]:
    """Names of the pictures of the first page."""
    return (image.name for image in PdfReader(BytesIO(pdf)).pages[0].images)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_logo_stands_in_the_place_of_the_name(kind: str):
    snapshot = SAMPLES[kind]()
    with_logo = paper.to_pdf(paper.to_html(snapshot, FRENCH, logo=papers.logo()))
    assert len(list(images(with_logo))) == 1
    assert not list(images(paper.to_pdf(paper.to_html(snapshot, FRENCH))))
    assert snapshot["supplier"]["name"] in pages_of(with_logo)[0]


def test_our_font_is_embedded_and_draws_every_word():
    pdf = PdfReader(BytesIO(paper.to_pdf(paper.to_html(papers.invoice(), FRENCH))))
    fonts = [font.get_object() for page in pdf.pages for font in page["/Resources"]["/Font"].values()]
    embedded = {str(font["/BaseFont"]).partition("+")[2] for font in fonts if "/FontDescriptor" in font}
    assert {"IBMPlexSans", "IBMPlexSans-SmBld"} <= embedded
    drawn_with: set[str] = set()
    pdf.pages[0].extract_text(
        visitor_text=lambda text, _cm, _tm, font, _size: (
            drawn_with.add(str(font["/BaseFont"])) if text.strip() else None
        )
    )
    assert {name.partition("+")[2] for name in drawn_with} <= embedded


def test_a_preview_has_no_style_of_its_own_and_no_page_count():
    screen = paper.Screen(
        ("/static/a.css",), "/static/i.svg", (("Retour", "/admin/", False), ("Français", "?language=fr_CA", True))
    )
    html = paper.to_html(papers.invoice(), FRENCH, screen=screen, draft=True)
    assert "<style" not in html
    assert "style=" not in html
    assert "<pdf:" not in html
    assert gettext("Draft") in html
    assert '<link rel="stylesheet" href="/static/a.css">' in html
    assert '<a href="?language=fr_CA" aria-current="page">Français</a>' in html


@pytest.mark.parametrize(
    ("kind", "number", "revision", "language", "name"),
    [
        (PaperKind.INVOICE, "F-000123", 1, ENGLISH, "Invoice F-000123.pdf"),
        (PaperKind.QUOTE, "2026-0142-S", 1, ENGLISH, "Quote 2026-0142-S.pdf"),
        (PaperKind.QUOTE, "2026-0142-S", 3, ENGLISH, "Quote 2026-0142-S (revision 3).pdf"),
        (PaperKind.RECEIPT, "R-000007", 1, ENGLISH, "Receipt R-000007.pdf"),
        (PaperKind.STATEMENT, "A\r\nB: c/d 2026", 1, ENGLISH, "Statement of account A B: c_d 2026.pdf"),
    ],
)
def test_a_file_is_named_after_its_document(kind: PaperKind, number: str, revision: int, language: str, name: str):
    assert file_name(kind, number, revision, language) == name


def test_paper_and_screen_share_their_colours():
    tokens = (paper.ROOT / "static" / "css" / "tokens.css").read_text()
    sheet = paper.STYLESHEET.read_text()
    unknown = {
        colour for colour in re.findall(r"#[0-9a-f]{6}\b", sheet) if colour not in tokens and colour != "#ffffff"
    }
    assert not unknown


def test_the_same_html_is_the_same_text():
    html = paper.to_html(papers.invoice(), FRENCH)
    first, second = (hashlib.sha256("".join(pages_of(paper.to_pdf(html))).encode()).hexdigest() for _time in range(2))
    assert first == second


def test_a_report_tells_answers_with_their_units_and_pairs_photos_and_no_amount():
    picture = encode(quarters(), "JPEG")
    pictures = {"a": picture, "b": picture, "c": picture}
    text = " ".join(drawn(papers.work_report(), FRENCH, pictures=pictures))
    for told in (
        "118,5 psi",
        "Fournaise Dettson (Cave) · S/N DT-09 · Maintenance",
        "Before · Plaque",
        "After · Neuve",
        "Julie Tremblay",
        "9 h 00 – 10 h 15",
        "1 h 35",
        "Filtre",
    ):
        assert told in text.replace("\u00a0", " "), told
    assert "$" not in text


@pytest.mark.parametrize("count", [0, 1, 40])
def test_a_report_holds_however_many_photos(count: int):
    photo = papers.work_report()["work"]["photos"][0]
    moments = ("before", "during", "after", None)
    photos = [photo | {"moment": moments[number % 4], "caption": f"Photo {number}"} for number in range(count)]
    text = " ".join(drawn(papers.work_report(photos=photos, findings=None, parts=[], checks=[], signatures=[])))
    assert all(f"Photo {number}" in text for number in range(count))
