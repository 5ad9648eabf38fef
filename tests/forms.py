"""Every form of the back-office: what is typed rightly, and values of its fields that must be refused."""

from __future__ import annotations

from typing import NamedTuple

from tests.support import workday

LONG, BLANK = "é" * 5001, "   "
#: The next day of work.
TOMORROW = workday().isoformat()


class Form(NamedTuple):
    """A form: its address, what is typed rightly, and values of fields that must be refused."""

    url: str
    typed: dict[str, str]
    wrong: dict[str, tuple[str, ...]]


PHONES = ("abc", "123", "555 0110", "+1 000 000-0000", "9" * 40)
EMAILS = ("x@", "@example.org", "a b@example.org", "x" * 300 + "@example.org", "x@" + "y" * 300)
POSTAL_CODES = ("ZZZ", "12345", "H7L 1M", "D1A 1A1", "H7L 1M3 1")
AMOUNTS = ("abc", "1,234", "1.234", "12,345", "1e5", "99999999999", "--5", "5 abc", "NaN", "Infinity")
PRICES = (*AMOUNTS, "-5")
PERCENTS = ("101 %", "-1 %", "1,2345 %", "%", "abc %", "10 % %")
DATES = ("garbage", "2026-13-45", "0000-00-00", "01/02/2026", "99999-01-01", "9999-12-31", "0001-01-01")
TITLE = {"title": ("x" * 201,)}
LINES = {
    "lines-0-description": (LONG, BLANK),
    "lines-0-quantity": ("abc", "0", "1e3", "999999999", "1,2345"),
    "lines-0-unit_price": AMOUNTS,
    "lines-0-discount": (*AMOUNTS, "-1", *PERCENTS),
    "lines-0-tax_status": ("nothing",),
    "lines-0-unit": ("x" * 21,),
}
LINE = {"lines-0-description": "Pompe", "lines-0-quantity": "1,5", "lines-0-unit_price": "10,25", "lines-0-unit": "h"}
PLAN = {
    "day": (*DATES, ""),
    "starts": ("25:00", "abc", "9h"),
    "ends": ("07:00", "x"),
    "person": ("999999", "abc"),
    "team": ("999999", "²"),
    "instructions": (LONG,),
}
FORMS = {
    "client": Form(
        "/admin/clients/new/",
        {
            "name": "Léa Roy",
            "phone": "514 555-0142",
            "email": "lea@example.org",
            "notes": "Chien",
            "street": "1, rue A",
        },
        {
            "name": ("", BLANK, "x" * 161),
            "contact_name": ("x" * 161,),
            "kind": ("nothing",),
            "phone": PHONES,
            "other_phone": PHONES[:2],
            "email": EMAILS,
            "billing_email": EMAILS[:2],
            "language": ("zz",),
            "province": ("XX",),
            "postal_code": POSTAL_CODES,
            "terms_days": ("-1", "366", "abc", "1e3", "9" * 30, "2,5"),
            "tax_exemption": ("nothing",),
            "exemption_number": ("x" * 41,),
            "notes": (LONG,),
        },
    ),
    "site": Form(
        "/admin/sites/new/?client={client}",
        {"street": "1, rue B", "city": "Laval", "postal_code": "H7L 1M3", "access_notes": "Code 12"},
        {
            "client": ("", "999999", "abc", "²"),
            "street": ("", BLANK, "x" * 161),
            "city": ("", "x" * 81),
            "province": ("", "XX"),
            "postal_code": ("", BLANK, *POSTAL_CODES),
            "contact_phone": PHONES[:2],
            "access_notes": (LONG,),
            "label": ("x" * 81,),
        },
    ),
    "request": Form(
        "/admin/requests/new/?client={client}",
        {"title": "Fuite", "description": "Depuis hier", **LINE},
        {
            **TITLE,
            **LINES,
            "client": ("", "999999", "-1"),
            "site": ("999999", "abc", "{foreign_site}"),
            "service": ("999999", "abc"),
            "urgency": ("nothing",),
            "origin": ("",),
            "description": (LONG,),
        },
    ),
    "quote": Form(
        "/admin/quotes/new/?client={client}",
        {"title": "Pompe", **LINE},
        {
            **TITLE,
            "valid_until": DATES,
            "discount": (*PRICES, "1000000", *PERCENTS),
            "client": ("",),
            "tax_province": ("ZZ",),
            "deposit_percent": ("abc", "-1", "0", "100,001", "1e3"),
            "deposit_amount": (*PRICES, "0", "1000000"),
        },
    ),
    "edited quote": Form(
        "/admin/quotes/edit/?id={quote}", {"title": "Autre", **LINE}, {"discount": PRICES[:3], "valid_until": DATES[:3]}
    ),
    "job": Form("/admin/jobs/edit/?id={job}", {"title": "Job", **LINE}, {"instructions": (LONG,), "discount": ("-1",)}),
    "invoice": Form(
        "/admin/invoices/edit/?id={invoice}",
        {"title": "Facture", **LINE},
        {"service_date": DATES, "terms_days": ("-1", "366", "abc"), "discount": ("-1", "99999")},
    ),
    "item": Form(
        "/admin/catalog/new/",
        {"code": "P-1", "name_fr": "Pompe", "name_en": "Pump", "price": "12,50", "unit": "un."},
        {
            "code": ("", BLANK, "x" * 41, "{code}"),
            "name_fr": ("", "x" * 201),
            "price": PRICES,
            "cost": PRICES[-3:],
            "kind": ("nothing",),
            "tax_status": ("",),
            "unit": ("x" * 21,),
        },
    ),
    "service": Form(
        "/admin/services/new/", {"name_fr": "Gaz", "name_en": "Gas", "position": "3"}, {"position": ("abc", "9" * 30)}
    ),
    "checklist": Form(
        "/admin/checklists/new/",
        {
            "name_fr": "Entretien",
            "name_en": "Maintenance",
            "items-present": "1",
            "items-0-kind": "number",
            "items-0-text_fr": "Pression",
            "items-0-text_en": "Pressure",
            "items-0-unit": "psi",
            "items-1-text_fr": "État",
            "items-1-text_en": "State",
            "items-1-kind": "choice",
            "items-1-choices_fr": "Bon\r\nUsé",
            "items-1-choices_en": "Good\r\nWorn",
        },
        {
            "name_fr": ("", BLANK, "x" * 121),
            "name_en": ("",),
            "service": ("nothing", "0"),
            "items-0-text_fr": ("", "x" * 201),
            "items-0-text_en": ("", BLANK),
            "items-0-kind": ("", "nothing"),
            "items-1-choices_en": ("", "Good", "Good\r\nGood", "Good\r\nWorn\r\nGone"),
            "items-0-unit": ("x" * 21,),
        },
    ),
    "question": Form(
        "/admin/questions/new/",
        {"label_fr": "Âge?", "label_en": "Age?", "kind": "choice", "choices_fr": "5\r\n10", "choices_en": "5\r\n10"},
        {
            "label_fr": ("", BLANK, "x" * 201),
            "label_en": ("",),
            "help_en": ("x" * 301,),
            "kind": ("", "nothing"),
            "choices_fr": (
                "",
                "5",
                "5\r\n5",
                "x" * 121 + "\r\n5",
                "\r\n".join(map(str, range(21))),
                LONG,
            ),
            "choices_en": ("5\r\n10\r\n15",),
            "services": ("999999", "²"),
            "position": ("-1", "abc", "9" * 30),
        },
    ),
    "person": Form(
        "/admin/users/new/",
        {"name": "Luc", "email": "luc@example.org", "phone": "514 555-0143"},
        {
            "name": ("", BLANK),
            "email": ("", *EMAILS, "{email}"),
            "phone": PHONES[:2],
            "roles": ("99", "abc"),
            "new_password": ("short",),
        },
    ),
    "team": Form(
        "/admin/teams/new/", {"name": "Ouest"}, {"name": ("", BLANK, "x" * 81, "{team}"), "members": ("9999",)}
    ),
    "company": Form(
        "/admin/company/edit/?id=1",
        {"name": "Chauffage Nord", "city": "Laval", "phone": "514 555-0100", "early_percent": "2", "early_days": "10"},
        {
            "phone": PHONES[:2],
            "email": EMAILS[:2],
            "postal_code": POSTAL_CODES,
            "gst_number": ("123", "123456782 RT001", "abc"),
            "qst_number": ("1234567892", "TQ0001"),
            "neq": ("123", "abcdefghij"),
            "rbq_licence": ("1234", "1234-5678-9X"),
            "early_percent": ("0", "21", "abc", "-1"),
            "early_days": ("0", "366", "abc"),
            "quote_validity_days": ("0", "366", "abc"),
            "service_area": ("90210", "J4, Z", "1M3", "J4; DROP", "<b>", LONG),
            "frame_origins": (
                "example.com",
                "https://*.example.com",
                "https://a.com/page",
                "https://a.com; x",
                "'self'",
            ),
        },
    ),
    "tax": Form(
        "/admin/taxes/new/",
        {"percent": "5", "valid_from": "2031-01-01"},
        {
            "percent": ("", "31", "-1", "abc", "5,12345"),
            "code": ("ZZZ",),
            "province": ("ZZ",),
            "valid_from": ("", *DATES),
        },
    ),
    "photo": Form(
        "/admin/files/edit/?id={file}", {"caption": "Avant"}, {"caption": ("x" * 201,), "moment": ("nothing",)}
    ),
    "case": Form(
        "/admin/cases/edit/?id={case}",
        {"title": "Dossier"},
        {**TITLE, "first_contact": ("nothing", ""), "site": ("999999", "{foreign_site}")},
    ),
    "visit": Form(
        "/admin/visits/edit/?id={visit}",
        {"findings": "Pression 12", "parts-0-description": "Joint", "parts-0-quantity": "2"},
        {
            "minutes": ("-1", "1441", "abc", "9" * 30),
            "findings": (LONG,),
            "parts-0-description": (BLANK, "x" * 201),
            "parts-0-quantity": ("0", "-1", "abc", "1,2345"),
            "parts-0-unit_price": PRICES[:4],
        },
    ),
    "assessment": Form(
        "/admin/requests/{request}/do/plan_assessment",
        {"day": TOMORROW, "person": "{user}", "instructions": "Sonner"},
        PLAN,
    ),
    "nobody planned": Form("/admin/requests/{request}/do/plan_assessment", {"day": TOMORROW}, {"person": ("",)}),
    "plan": Form("/admin/visits/{visit}/do/schedule", {"day": TOMORROW, "starts": "09:00", "person": "{user}"}, PLAN),
    "closing": Form("/admin/requests/{request}/do/close", {}, {"reason": ("", "nothing")}),
    "approval": Form(
        "/admin/quotes/{sent}/do/approve",
        {"name": "Julie", "address": "1, rue C"},
        {"name": ("", BLANK, "x" * 161), "channel": ("", "nothing"), "address": ("x" * 161,)},
    ),
    "extend": Form("/admin/quotes/{sent}/do/extend", {"valid_until": TOMORROW}, {"valid_until": (*DATES, "")}),
    "changes": Form("/admin/quotes/{sent}/do/request_changes", {}, {"change_request": ("", BLANK, LONG)}),
    "decline": Form("/admin/quotes/{sent}/do/decline", {}, {"reason": ("nothing",)}),
    "hold": Form("/admin/jobs/{job}/do/hold", {}, {"reason": ("nothing",)}),
    "finish": Form("/admin/visits/{visit}/do/finish", {"findings": "Fait"}, {"minutes": ("-1", "1441", "abc")}),
    "payment": Form(
        "/admin/invoices/{issued}/do/record_payment",
        {"amount": "10", "method": "cash", "reference": "Reçu 12"},
        {
            "amount": ("", "0", *PRICES),
            "method": ("", "nothing"),
            "received_on": ("", *DATES, "2090-01-01"),
            "reference": ("x" * 81,),
        },
    ),
    "payment over invoices": Form(
        "/admin/clients/{payer}/payment",
        {"amount": "10", "method": "cash", "share_{issued}": "10"},
        {
            "amount": ("", "0", *PRICES),
            "share_{issued}": (*PRICES, "94,99", "999999"),
            "received_on": ("", *DATES, "2090-01-01"),
        },
    ),
    "refund": Form(
        "/admin/payments/{credit}/refund",
        {"amount": "10", "method": "cash", "reference": "Chèque 3"},
        {"amount": ("", "0", *PRICES, "30,01"), "method": ("", "nothing"), "received_on": ("", *DATES, "2090-01-01")},
    ),
    "deposit": Form(
        "/admin/quotes/{sent}/do/record_deposit",
        {"amount": "10", "method": "card"},
        {"amount": ("", "0", *PRICES), "received_on": ("", "2090-01-01")},
    ),
    "bad debt": Form(
        "/admin/invoices/{issued}/do/write_off",
        {"reason": "Faillite"},
        {"reason": ("", BLANK, "x" * 161), "received_on": ("", *DATES, "2090-01-01")},
    ),
    "void": Form("/admin/invoices/{unpaid}/do/void", {}, {"reason": ("", BLANK, "x" * 201)}),
    "conversion": Form(
        "/admin/quotes/{quote}/convert/job",
        {"name": "Julie", "quantity-{line}": "0,5"},
        {"quantity-{line}": ("abc", "-1", "2", "1,2345"), "name": ("", BLANK), "channel": ("nothing",)},
    ),
}
