"""What a document costs and leaves, for the staff alone: no paper, message or client's page says it."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sercom.core.money import HUNDRED, ZERO, round_money
from sercom.entities.documents.model import Document


@dataclass(frozen=True)
class Margin:
    """In dollars before tax; ``unknown`` counts the accepted lines that have a price and no cost."""

    net: Decimal
    cost: Decimal
    unknown: int

    @property
    def amount(self) -> Decimal:
        """What is left, in dollars."""
        return self.net - self.cost

    @property
    def percent(self) -> Decimal | None:
        """Of the price, to a tenth; nothing where there is no price."""
        if not self.net:
            return None
        return (self.amount * HUNDRED / self.net).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def margin_of(document: Document) -> Margin | None:
    """The margin on what is accepted; ``None`` where no line has a cost."""
    items = [line for line in document.lines if line.is_item and line.accepted]
    costs = [round_money(line.quantity * line.cost) for line in items if line.cost is not None]
    unknown = sum(line.cost is None and bool(line.amount) for line in items)
    return Margin(document.net, sum(costs, ZERO), unknown) if costs else None
