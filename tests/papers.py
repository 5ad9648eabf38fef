"""Snapshots of documents as the builders make them, without a database."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from pypdf import PdfReader

from sercom.core.money import Amount, Rate, compute_totals

RATES = (Rate("GST", Decimal("5.000")), Rate("QST", Decimal("9.975")))
SUPPLIER = {
    "name": "Climatisation Boréale inc.",
    "street": "1250, rue des Érables",
    "city": "Laval",
    "province": "QC",
    "postal_code": "H7V 2S4",
    "phone": "+14505550100",
    "email": "info@boreale.example",
    "gst_number": "123456782 RT0001",
    "qst_number": "1234567892 TQ0001",
    "neq": "1170000000",
    "rbq_licence": "5678-1234-01",
}
CLIENT = {
    "name": "Françoise Lecœur-Bélanger",
    "contact_name": None,
    "street": "84, rue Sainte-Rose, app. 12",
    "city": "Laval",
    "province": "QC",
    "postal_code": "H7L 1M3",
    "email": "francoise@example.org",
    "phone": "+15145550123;ext=22",
    "language": "en_CA",
}
SITE = {
    "label": "Chalet du lac Masson",
    "street": "2010, chemin du Lac",
    "city": "Sainte-Marguerite",
    "province": "QC",
    "postal_code": "J0T 1L0",
}
WORK = (
    ("Thermopompe murale 12 000 BTU/h, unité intérieure et extérieure", "1", "", "2895.00"),
    ("Installation et mise en service", "6.5", "h", "125.00"),
    ("Ligne de réfrigérant isolée, 25 pi", "1", "", "245.00"),
    ("Support mural et amortisseurs", "1", "", "129.95"),
    ("Déplacement, zone 2", "1", "", "85.00"),
)


def item(
    description: str, quantity: str = "1", unit: str = "", price: str = "100.00", **columns: Any
) -> dict[str, Any]:
    """A line that is sold."""
    discount = columns.pop("discount", "0.00")
    amount = (Decimal(quantity) * Decimal(price) - Decimal(discount)).quantize(Decimal("0.01"))
    return {
        "kind": "item",
        "description": description,
        "quantity": f"{Decimal(quantity):.3f}",
        "unit": unit,
        "unit_price": price,
        "discount": discount,
        "discount_percent": None,
        "tax_status": "taxable",
        "amount": str(amount),
    } | columns


def words(kind: str, description: str) -> dict[str, Any]:
    """A title of a section, or a remark."""
    return item(description, price="0.00") | {"kind": kind}


def invoice(lines: list[dict[str, Any]] | int = 5, *, discount: str = "0.00", **changes: Any) -> dict[str, Any]:
    """An invoice's snapshot; ``lines`` are those of the usual work, taken round, where a number is given."""
    if isinstance(lines, int):
        lines = [item(*WORK[number % len(WORK)]) for number in range(lines)]
    amounts = [Amount(Decimal(line["amount"]), line["tax_status"] == "taxable") for line in lines]
    totals = compute_totals(amounts, RATES, Decimal(discount))
    return {
        "version": 1,
        "kind": "invoice",
        "number": "F-000123",
        "revision": 1,
        "case": "2026-0142",
        "title": "Remplacement de la thermopompe — salle familiale",
        "dates": {"issued": "2026-09-01", "due": "2026-10-01", "work": "2026-08-28"},
        "terms_days": 30,
        "deposits": [],
        "balance": str(totals.total),
        "supplier": SUPPLIER,
        "logo": None,
        "client": CLIENT,
        "site": SITE,
        "lines": lines,
        "subtotal": str(totals.subtotal),
        "discount": discount,
        "discount_percent": None,
        "net": str(totals.net),
        "taxes": [
            {"code": tax.rate.code, "percent": str(tax.rate.percent), "base": str(tax.base), "amount": str(tax.amount)}
            | {"number": SUPPLIER["gst_number" if tax.rate.code == "GST" else "qst_number"]}
            for tax in totals.taxes
        ],
        "taxing": {
            "province": "QC",
            "because": "site",
            "on": "2026-09-01",
            "registered": True,
            "spared": [],
            "rates": [["GST", "5.000"], ["QST", "9.975"]],
            "unnumbered": [],
            "exemption": None,
            "exemption_number": None,
        },
        "tax": str(totals.tax),
        "total": str(totals.total),
        "payment": {
            "interac_email": "paiement@boreale.example",
            "interac_autodeposit": True,
            "bank_account": "815 · 30000 · 1234567",
            "cheque": True,
            "interest_percent": "2.000",
            "early_percent": None,
            "early_days": None,
        },
        "texts": {
            "note": {"fr_CA": "Merci de votre confiance. Le filtre se nettoie aux deux mois.", "en_CA": None},
            "warranty": {
                "fr_CA": "Pièces : dix ans du fabricant, sur inscription. Main-d’œuvre : un an.",
                "en_CA": "Parts: ten years from the manufacturer, once registered. Labour: one year.",
            },
        },
    } | changes


def quote(lines: list[dict[str, Any]] | int = 5, **changes: Any) -> dict[str, Any]:
    """A quote's snapshot."""
    own = {
        "kind": "quote",
        "number": "2026-0142-S",
        "dates": {"sent": "2026-08-12", "valid_until": "2026-09-11"},
        "groups": [],
        "options": [],
        "taken": [],
        "deposit": None,
        "texts": {
            "terms": {"fr_CA": "Le prix comprend la mise en service. Le permis est en sus.", "en_CA": None},
            "warranty": {"fr_CA": "Pièces : dix ans. Main-d’œuvre : un an.", "en_CA": None},
        },
    }
    made = invoice(lines, **(own | changes))
    for name in ("terms_days", "deposits", "balance"):
        del made[name]  # a quote asks for no money
    return made


def approval(lines: list[dict[str, Any]] | int = 5, **changes: Any) -> dict[str, Any]:
    """A quote that was approved on the client's page by typing a name."""
    channel = {"fr_CA": "Sur la page du client", "en_CA": "On the client's page"}
    given = {"name": "Julie Tremblay", "typed": "Julie Tremblay", "drawing": None, "sha256": "a" * 64}
    given |= {"day": "2026-11-28", "time": "14:05:00", "channel": channel}
    return quote(lines, kind="approval", approval=given, **changes)


def credit_note(lines: list[dict[str, Any]] | int = 1, **changes: Any) -> dict[str, Any]:
    """A credit note's snapshot."""
    own = {
        "kind": "credit_note",
        "number": "NC-000004",
        "dates": {"issued": "2026-09-15"},
        "corrects": {"number": "F-000123", "issued": "2026-09-01"},
        "texts": {"note": {"fr_CA": "Le support mural n’a pas été posé.", "en_CA": None}},
    }
    made = invoice(lines, **(own | changes))
    for name in ("deposits", "balance"):
        del made[name]
    return made


def receipt(**changes: Any) -> dict[str, Any]:
    """A receipt's snapshot."""
    return {
        "version": 1,
        "kind": "receipt",
        "number": "R-000057",
        "revision": 1,
        "title": None,
        "entry": "payment",
        "document": None,
        "rest": "0.00",
        "supplier": SUPPLIER,
        "logo": None,
        "client": CLIENT,
        "site": None,
        "dates": {"received": "2026-09-20"},
        "method": "Virement Interac",
        "reference": "CA8xk2",
        "total": "2791.52",
        "applied": [
            {
                "number": "F-000123",
                "issued": "2026-09-01",
                "total": "4791.52",
                "along": [],
                "amount": "2000.00",
                "balance": "2791.52",
            },
            {
                "number": "F-000119",
                "issued": "2026-08-20",
                "total": "791.52",
                "along": [],
                "amount": "791.52",
                "balance": "0.00",
            },
        ],
    } | changes


def statement(**changes: Any) -> dict[str, Any]:
    """A statement's snapshot: a period with an invoice and a payment."""
    entry = {"due": None, "late": 0, "total": None, "method": "", "reference": ""}
    billed = {"day": "2026-09-01", "label": "Facture", "number": "F-000123", "due": "2026-10-01"}
    paid = {"day": "2026-09-20", "label": "Paiement", "number": "F-000123", "method": "Chèque", "reference": "214"}
    ages = ("Non échu", "1–30 jours", "31–60 jours", "61–90 jours", "91 jours et plus")
    return {
        **{key: receipt()[key] for key in ("version", "revision", "title", "supplier", "logo", "client", "site")},
        "kind": "statement",
        "number": None,
        "view": "period",
        "dates": {"since": "2026-09-01", "until": "2026-09-30"},
        "opening": "100.00",
        "total": "2891.52",
        "overdue": "100.00",
        "entries": [
            entry | billed | {"amount": "4791.52", "balance": "4891.52"},
            entry | paid | {"amount": "-2000.00", "balance": "2891.52"},
        ],
        "ageing": [{"label": age, "amount": "0.00"} for age in ages],
        "sums": [{"label": "Facturé", "amount": "4791.52"}, {"label": "Paiements", "amount": "-2000.00"}],
        "credit": "0.00",
        "payment": invoice(1)["payment"],
    } | changes


def work_order(lines: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """A work order's snapshot: what is done and brought, without a price."""
    chosen = (
        lines if lines is not None else [{"part": number in {0, 2, 3}, **item(*row)} for number, row in enumerate(WORK)]
    )
    bare = ("kind", "description", "quantity", "unit", "part")
    contact = {"contact_name": "M. Gagné (concierge)", "contact_phone": "+14505550177"}
    return {
        "version": 1,
        "kind": "work_order",
        "number": "2026-0142-J",
        "revision": 1,
        "case": "2026-0142",
        "title": "Remplacement de la thermopompe — salle familiale",
        "supplier": SUPPLIER,
        "logo": None,
        "client": CLIENT,
        "site": SITE | contact | {"access_notes": "Boîte à clés à gauche de la porte.\nLe chien est gentil."},
        "instructions": "Récupérer le réfrigérant. Poser le support à 18 po du sol.\nMontrer la télécommande.",
        "description": "La thermopompe actuelle fait un bruit de cœur qui bat et ne chauffe plus.",
        "visits": [
            {
                "day": "2026-08-28",
                "starts": "08:00",
                "ends": "12:30",
                "any_time": False,
                "people": ["Marc-André Pelletier", "Équipe A"],
            },
            {"day": "2026-09-02", "starts": None, "ends": None, "any_time": True, "people": ["Sophie Roy"]},
            {"day": None, "starts": None, "ends": None, "any_time": False, "people": []},
        ],
        "lines": [{key: line.get(key, False) for key in bare} for line in chosen],
    } | changes


def logo() -> bytes:
    """A wide PNG, as a company would give it."""
    image = Image.new("RGB", (600, 170), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 15, 150, 155), fill="#0b5a73")
    draw.polygon([(80, 35), (115, 125), (45, 125)], fill="white")
    draw.rectangle((185, 55, 590, 75), fill="#17222a")
    draw.rectangle((185, 95, 480, 115), fill="#c1551c")
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, every space a plain one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def work_report(**changes: Any) -> dict[str, Any]:
    """A visit as it is told on paper: measured, photographed, signed; no amount."""
    photo = {"id": 1, "sha256": "a", "caption": "Plaque", "moment": "before", "width": 480, "height": 360}
    check = {"fr_CA": ["Pression d’aspiration", "118,5 psi"], "en_CA": ["Suction pressure", "118.5 psi"]}
    work = {
        "day": "2026-01-05",
        "times": [["09:00:00", "10:15:00"], ["10:40:00", "11:00:00"]],
        "people": ["Marc-André Pelletier"],
        "devices": [{"fr_CA": "Fournaise Dettson (Cave)", "en_CA": "Furnace", "serial": "DT-09", "upkeep": True}],
        "minutes": 95,
        "findings": "Compresseur bruyant.",
        "unanswered_reason": None,
        "incomplete": None,
        "checks": [check],
        "parts": [{"description": "Filtre", "quantity": "2.000", "unit": ""}],
        "photos": [photo, photo | {"id": 2, "sha256": "b", "moment": "after", "caption": "Neuve"}],
        "signatures": [
            {"id": 1, "name": "Julie Tremblay", "sha256": "c", "about": "", "day": "2026-01-05", "time": "11:02:00"}
        ],
    }
    return {
        "version": 1,
        "kind": "work_report",
        "number": "2026-0142-R1",
        "revision": 1,
        "case": "2026-0142",
        "title": "Thermopompe",
        "assessment": False,
        "supplier": SUPPLIER,
        "logo": None,
        "client": CLIENT,
        "site": SITE,
        "work": work | changes,
    }
