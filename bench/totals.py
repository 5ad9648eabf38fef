"""Measures the totals of a document of 300 lines, as each change of the line editor asks for them. `make bench`.

Prints the median and the 95th percentile in milliseconds: the arithmetic alone, and with its lines' objects.
"""

from __future__ import annotations

import statistics
import time
from decimal import Decimal

from sercom.core.money import Amount, Rate, TaxStatus, compute_totals
from sercom.entities.documents.line import Line

ROUNDS, LINES, GOAL_MS = 200, 300, 5
RATES = (Rate("GST", Decimal(5)), Rate("QST", Decimal("9.975")))


def main() -> None:
    """Measure, print."""
    lines = [
        Line(quantity=Decimal(number) / 3 // 1 + 1, unit_price=Decimal("19.99"), discount=Decimal("0.33"))
        for number in range(LINES)
    ]
    took = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        amounts = [Amount(line.amount, line.tax_status is not TaxStatus.EXEMPT) for line in lines]
        compute_totals(amounts, RATES, Decimal("12.34"))
        took.append((time.perf_counter() - began) * 1000)
    worst = statistics.quantiles(took, n=20)[-1]
    print(f"totals of {LINES} lines: {statistics.median(took):.2f} ms, p95 {worst:.2f} ms (goal < {GOAL_MS} ms)")


if __name__ == "__main__":
    main()
