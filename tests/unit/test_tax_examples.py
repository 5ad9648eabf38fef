"""Worked examples of Canadian sales taxes, their amounts typed.

Each row names its source. "Printed" rows were read, amounts and all, on the page that is named;
the others are our own arithmetic, by hand, on rates and rules that the named page states.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

import pytest

from sercom.core import discounts
from sercom.core.money import Amount, Discount, Rate, compute_totals, line_amount

#: Printed examples.
RQ_CALCULATION = "printed: revenuquebec.ca/en/entreprise/taxes/tvq_tps/calcul-taxes.aspx"
RQ_VOLUME = "printed: revenuquebec.ca, special cases (GST/HST and QST), volume discounts"
RQ_CASH = "printed: revenuquebec.ca, special cases (GST/HST and QST), cash discounts"
JUSTINVOICE = "printed: justinvoice.ca/en/calculate-gst-qst-invoice-quebec"
SBINFO = "printed: sbinfocanada.about.com, How Do I Charge GST/HST on Discounts?"
BALANCE = "printed: thebalance.com/how-to-charge-and-provincial-sales-tax-rst-in-manitoba-2948447, at 8 % then"
CALCUL_SK = "printed: calcul-taxes.com, Calculate the Saskatchewan sales taxes GST and PST"
CALCUL_MB = "printed: calcul-taxes.com, sales tax calculator Manitoba GST, PST or RST"
SSUC = "printed: ssuc.ca, BC Sales Tax Calculator"
REVERSE_MB = "printed: reversesalestaxcalculator.org, Manitoba PST calculator"
CITY_ON = "printed: cal11.calculator.city, Ontario Sales Calculator"
#: Rates and rules; the amounts are ours.
RQ_RULES = "our arithmetic; rates and the half cent rounded up: the page of RQ_CALCULATION"
CRA_RATES = "our arithmetic; rates and the mattress: canada.ca, which rate to charge; of 2016 on: tntbooks.ca/2019/04"
NS_2025 = "our arithmetic; 14 % from 2025-04-01, 15 % before: mnp.ca, transitional rules, Nova Scotia HST rate decrease"
BC = "our arithmetic; PST 7 % on the price before GST: numoracalculators.com/en/calculators/sales-tax/bc"
SK = "our arithmetic; PST 6 % on the total charge, GST aside: bdoreinvestor.ca/2017/04/04 and starkmarsh.com"
MB = "our arithmetic; RST 7 % on the price before GST: manitoba.ca/finance/taxation/taxes/retail.html"
RQ_DISCOUNT = "our arithmetic; taxes on the price less the discount: the page of RQ_VOLUME"
SBINFO_BASE = "our arithmetic on a printed base of 900: the page of SBINFO"
SMALL = "our arithmetic; who is not registered charges no tax: justinvoice.ca/en/quebec-invoice-gst-qst"
MIXED = "our arithmetic; zero-rated is 0 %, exempt is outside: canada.ca, which rate to charge"
RULES = "our arithmetic; the rules of the product: net, base in proportion, each tax rounded once"

GST, QST = Rate("GST", Decimal(5)), Rate("QST", Decimal("9.975"))
RATES = {
    "QC": (GST, QST),
    "ON": (Rate("HST", Decimal(13)),),
    "NB": (Rate("HST", Decimal(15)),),
    "NL": (Rate("HST", Decimal(15)),),
    "PE": (Rate("HST", Decimal(15)),),
    "NS": (Rate("HST", Decimal(14)),),
    "NS 2024": (Rate("HST", Decimal(15)),),
    "AB": (GST,),
    "YT": (GST,),
    "NT": (GST,),
    "NU": (GST,),
    "BC": (GST, Rate("PST", Decimal(7))),
    "SK": (GST, Rate("PST", Decimal(6))),
    "MB": (GST, Rate("RST", Decimal(7))),
    "MB 2018": (GST, Rate("RST", Decimal(8))),
    "no number": (GST,),
    "not registered": (),
}


@dataclass(frozen=True)
class Example:
    """Lines as ``quantity × price - discount``, then ``0`` for zero-rated, ``e`` for exempt; amounts in dollars."""

    place: str
    lines: str
    net: str
    taxes: str
    total: str
    source: str
    discount: str = "0"
    note: str = field(default="", compare=False)


E = Example
# fmt: off
EXAMPLES = (
    # Printed by the tax agencies and others.
    E("QC", "1 × 100.00", "100.00", "5.00 9.98", "114.98", RQ_CALCULATION),
    E("QC", "10 × 150.00 - 10%; 40 × 50.00 - 10%", "3150.00", "157.50 314.21", "3621.71", RQ_VOLUME),
    # The same amounts, the discount said in other ways.
    E("QC", "10 × 150.00 - 150.00; 40 × 50.00 - 200.00", "3150.00", "157.50 314.21", "3621.71", RQ_VOLUME),
    E("QC", "10 × 150.00; 40 × 50.00", "3150.00", "157.50 314.21", "3621.71", RQ_VOLUME, "10 %"),
    E("QC", "1 × 100.00", "100.00", "5.00 9.98", "114.98", RQ_CASH, note="2 % for an early payment leaves the taxes"),
    E("QC", "1 × 500.00", "500.00", "25.00 49.88", "574.88", JUSTINVOICE),
    E("QC", "1 × 1000.00", "1000.00", "50.00 99.75", "1149.75", JUSTINVOICE),
    E("QC", "1 × 2500.00", "2500.00", "125.00 249.38", "2874.38", JUSTINVOICE),
    E("AB", "1 × 500.00", "500.00", "25.00", "525.00", SBINFO),
    E("AB", "10 × 100.00 - 10%", "900.00", "45.00", "945.00", SBINFO_BASE),
    E("MB 2018", "1 × 24.95", "24.95", "1.25 2.00", "28.20", BALANCE),
    E("SK", "1 × 30.00", "30.00", "1.50 1.80", "33.30", CALCUL_SK),
    E("MB", "1 × 20.00", "20.00", "1.00 1.40", "22.40", CALCUL_MB),
    E("MB", "1 × 100.00", "100.00", "5.00 7.00", "112.00", REVERSE_MB),
    E("BC", "1 × 50.00", "50.00", "2.50 3.50", "56.00", SSUC),
    E("ON", "1 × 100.00", "100.00", "13.00", "113.00", CITY_ON),
    E("ON", "1 × 150.00", "150.00", "19.50", "169.50", CITY_ON),
    # Québec: halves of a cent go up, and QST is never computed on GST.
    E("QC", "1 × 60.00", "60.00", "3.00 5.99", "68.99", RQ_RULES, note="5.985"),
    E("QC", "1 × 140.00", "140.00", "7.00 13.97", "160.97", RQ_RULES, note="13.965"),
    E("QC", "1 × 20.00", "20.00", "1.00 2.00", "23.00", RQ_RULES, note="1.995"),
    E("QC", "1 × 0.90", "0.90", "0.05 0.09", "1.04", RQ_RULES, note="0.045"),
    E("QC", "1 × 0.09", "0.09", "0.00 0.01", "0.10", RQ_RULES),
    E("QC", "1 × 0.01", "0.01", "0.00 0.00", "0.01", RQ_RULES),
    E("QC", "1 × 33.33", "33.33", "1.67 3.32", "38.32", RQ_RULES),
    E("QC", "1 × 33.34", "33.34", "1.67 3.33", "38.34", RQ_RULES),
    E("QC", "1 × 99.99", "99.99", "5.00 9.97", "114.96", RQ_RULES),
    E("QC", "1 × 1234.56", "1234.56", "61.73 123.15", "1419.44", RQ_RULES),
    E("QC", "1 × 12380.00", "12380.00", "619.00 1234.91", "14233.91", RQ_RULES, note="1234.905"),
    E("QC", "3 × 33.33; 1 × 0.01", "100.00", "5.00 9.98", "114.98", RQ_RULES, note="on the total, before rounding"),
    E("QC", "6.5 × 95.00; 1 × 85.00", "702.50", "35.13 70.07", "807.70", RQ_RULES, note="35.125 and 70.074"),
    E("QC", "2 × 4195.00; 14 × 115.00", "10000.00", "500.00 997.50", "11497.50", RQ_RULES),
    # One harmonised tax, by place of supply.
    E("ON", "1 × 799.99", "799.99", "104.00", "903.99", CRA_RATES, note="103.9987: from Vancouver to Toronto"),
    E("ON", "1 × 0.50", "0.50", "0.07", "0.57", CRA_RATES, note="0.065"),
    E("NB", "1 × 100.00", "100.00", "15.00", "115.00", CRA_RATES),
    E("NB", "1 × 19.97", "19.97", "3.00", "22.97", CRA_RATES, note="2.9955"),
    E("NL", "2 × 249.50", "499.00", "74.85", "573.85", CRA_RATES),
    E("PE", "1 × 0.10", "0.10", "0.02", "0.12", CRA_RATES, note="0.015"),
    E("NS", "1 × 100.00", "100.00", "14.00", "114.00", NS_2025),
    E("NS 2024", "1 × 100.00", "100.00", "15.00", "115.00", NS_2025),
    E("NS", "1 × 46.25", "46.25", "6.48", "52.73", NS_2025, note="6.475"),
    E("NS 2024", "1 × 46.25", "46.25", "6.94", "53.19", NS_2025, note="6.9375"),
    # GST alone.
    E("AB", "1 × 19.90", "19.90", "1.00", "20.90", CRA_RATES, note="0.995"),
    E("YT", "1 × 2500.00", "2500.00", "125.00", "2625.00", CRA_RATES),
    E("NT", "3 × 33.30", "99.90", "5.00", "104.90", CRA_RATES, note="4.995"),
    E("NU", "1 × 1.09", "1.09", "0.05", "1.14", CRA_RATES),
    # A provincial sales tax beside it, on the same price.
    E("BC", "1 × 1000.00", "1000.00", "50.00 70.00", "1120.00", BC),
    E("BC", "1 × 49.99", "49.99", "2.50 3.50", "55.99", BC),
    E("BC", "1 × 12.50", "12.50", "0.63 0.88", "14.01", BC, note="0.625 and 0.875"),
    E("SK", "8 × 90.00; 1 × 480.00", "1200.00", "60.00 72.00", "1332.00", SK, note="labour and materials"),
    E("SK", "1 × 0.75", "0.75", "0.04 0.05", "0.84", SK, note="0.0375 and 0.045"),
    E("MB", "1 × 24.95", "24.95", "1.25 1.75", "27.95", MB, note="1.2475 and 1.7465"),
    E("MB", "4 × 112.50", "450.00", "22.50 31.50", "504.00", MB),
    E("no number", "1 × 1000.00", "1000.00", "50.00", "1050.00", BC, note="no registration there: GST alone"),
    E("not registered", "1 × 1000.00", "1000.00", "", "1000.00", SMALL),
    # Zero-rated and exempt lines.
    E("QC", "1 × 100.00; 1 × 100.00 0", "200.00", "5.00 9.98", "214.98", MIXED),
    E("QC", "1 × 100.00; 1 × 50.00 e", "150.00", "5.00 9.98", "164.98", MIXED),
    E("QC", "1 × 100.00 0; 1 × 50.00 e", "150.00", "0.00 0.00", "150.00", MIXED),
    E("ON", "1 × 60.00; 1 × 20.00 0; 1 × 20.00 e", "100.00", "7.80", "107.80", MIXED),
    # Discounts: of a line, of the document (in proportion over taxed and other lines).
    E("QC", "1 × 100.00 - 10%", "90.00", "4.50 8.98", "103.48", RQ_DISCOUNT, note="8.9775"),
    E("QC", "1 × 100.00", "90.00", "4.50 8.98", "103.48", RQ_DISCOUNT, "10 %"),
    E("QC", "1 × 100.00; 1 × 100.00 e", "180.00", "4.50 8.98", "193.48", RQ_DISCOUNT, "20.00"),
    E("QC", "1 × 100.00; 1 × 100.00 e", "180.00", "4.50 8.98", "193.48", RQ_DISCOUNT, "10 %"),
    E("QC", "1 × 200.00; 1 × 100.00 e", "290.00", "9.67 19.29", "318.96", RQ_DISCOUNT, "10.00", "a base of 193.333…"),
    E("QC", "1 × 59.99 - 15%", "50.99", "2.55 5.09", "58.63", RQ_DISCOUNT, note="8.9985 off"),
    E("QC", "3 × 33.35 - 10%", "90.04", "4.50 8.98", "103.52", RQ_DISCOUNT, note="10.005 off"),
    E("QC", "1 × 100.00 - 10%; 1 × 100.00", "180.50", "9.03 18.00", "207.53", RQ_DISCOUNT, "5 %", "9.50 off 190.00"),
    E("ON", "1 × 250.00", "212.50", "27.63", "240.13", RQ_DISCOUNT, "15 %", "27.625"),
    E("BC", "1 × 80.00 - 12.5%", "70.00", "3.50 4.90", "78.40", RQ_DISCOUNT),
    E("SK", "1 × 1000.00", "900.00", "45.00 54.00", "999.00", RQ_DISCOUNT, "100.00"),
    E("QC", "1 × 100.00", "0.00", "0.00 0.00", "0.00", RULES, "100 %"),
    # The rest of the product's own rules.
    E("QC", "1 × 0.00", "0.00", "0.00 0.00", "0.00", RULES, note="free"),
    E("QC", "1 × 100.00; -1 × 40.00", "60.00", "3.00 5.99", "68.99", RULES, note="something taken back"),
    E("QC", "-1 × 0.90", "-0.90", "-0.05 -0.09", "-1.04", RULES, note="halves go away from zero, both ways"),
    E("QC", "0.333 × 10.01", "3.33", "0.17 0.33", "3.83", RULES, note="the line is rounded first"),
    E("QC", "2.675 × 1.00", "2.68", "0.13 0.27", "3.08", RULES, note="2.675 is no binary fraction"),
    E("QC", "1 × 9999999.99", "9999999.99", "500000.00 997500.00", "11497499.99", RULES, note="the largest line"),
)
# fmt: on
WORKED = 6


def read(line: str) -> Amount:
    """``10 × 150.00 - 10% e`` as an amount."""
    parts = line.split()
    status = parts.pop() if parts[-1] in {"0", "e"} else ""
    quantity, price = Decimal(parts[0]), Decimal(parts[2])
    said = discounts.read(parts[4]) if len(parts) > 3 else Discount()  # the words before a discount
    return Amount(line_amount(quantity, price, said.of(quantity * price)), not status)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.place} {one.lines} ({one.discount})")
def test_an_example(example: Example, english: None):
    amounts = [read(line) for line in example.lines.split("; ")]
    subtotal = sum((amount.value for amount in amounts), Decimal("0.00"))
    totals = compute_totals(amounts, RATES[example.place], discounts.read(example.discount).of(subtotal))
    assert " ".join(str(tax.amount) for tax in totals.taxes) == example.taxes, example
    assert (str(totals.net), str(totals.total)) == (example.net, example.total), example


def test_there_are_enough_and_each_says_where_it_is_from():
    assert len(set(EXAMPLES)) == len(EXAMPLES) >= 60 + WORKED
    assert all(example.source.startswith(("printed: ", "our arithmetic")) for example in EXAMPLES)


def test_thirds_of_a_hundred_bear_a_cent_less():
    """QST on 33.33, 33.33 and 33.34 is 9.97, on 100.00 it is 9.98: each paper rounds its own."""
    parts = [compute_totals([Amount(Decimal(part))], [QST]).tax for part in ("33.33", "33.33", "33.34")]
    assert (sum(parts), compute_totals([Amount(Decimal(100))], [QST]).tax) == (Decimal("9.97"), Decimal("9.98"))
