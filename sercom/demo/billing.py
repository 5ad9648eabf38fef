"""The invoice is issued, and paid, or not."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from sercom.demo.story import Story
from sercom.entities.credits.plan import Wanted
from sercom.models import Invoice, Job
from sercom.workflow.billing import Mode, Part


def bill(story: Story) -> Iterator[datetime]:
    """The invoice is issued, and paid, or not."""
    work = story.work
    if work.progress:
        yield from _in_parts(story)
        return
    yield story.wait(story.random.randint(0, 1))
    source, invoice = story.document, _bill(story)
    if work.end == "bill_draft":
        return
    yield story.wait()
    story.hands.give("issue", invoice)
    story.hands.send(invoice)
    if work.detour == "void":
        yield story.wait(1)
        story.hands.give("void", invoice, reason="Mauvaise adresse de facturation : refaite.")
        story.document = source
        yield story.wait()
        invoice = _bill(story)
        story.hands.give("issue", invoice)
        story.hands.send(invoice)
    if work.detour == "rebate":
        yield story.wait(2)
        story.hands.credit(invoice, Wanted(amount=Decimal(75)), "Geste commercial : trois jours sans climatisation.")
    if work.detour == "credited":
        yield story.wait(4)
        story.hands.credit(invoice, Wanted(), "Travail couvert par la garantie de l’installation.")
    if work.end == "bad_debt":
        yield story.wait(55)
        story.hands.write_off(invoice)
    elif work.end not in {"unpaid", "partly"}:
        yield from _pay(story, invoice)
    if work.detour == "overbilled":
        yield story.wait(3)
        labour = next(line for line in invoice.lines if line.unit == "h")
        story.hands.credit(invoice, Wanted({labour.id: Decimal(1)}), "Une heure de main-d’œuvre facturée en trop.")
    if work.end == "closed" and isinstance(source, Job):
        yield story.wait(story.random.randint(1, 3))
        story.hands.give("close", source)


def _in_parts(story: Story) -> Iterator[datetime]:
    """So many percent a time; the first is paid, and what is held back stays for the end."""
    for number, percent in enumerate(story.work.progress):
        yield story.wait(9 if number else 1)
        part = Part(Mode.PERCENT, percent=Decimal(percent))
        invoice: Invoice = story.hands.convert(story.document, "invoice", part=part)
        yield story.wait()
        story.hands.give("issue", invoice)
        story.hands.send(invoice)
        if not number:
            yield from _pay(story, invoice)


def _bill(story: Story) -> Invoice:
    choice: dict[str, Any] = {}
    if story.work.end == "partly":
        items = [line for line in story.document.lines if line.is_item]
        choice["quantities"] = {line.id: line.quantity for line in items[: (len(items) + 1) // 2]}
    invoice: Invoice = story.hands.convert(story.document, "invoice", **choice)
    return invoice


def _pay(story: Story, invoice: Invoice) -> Iterator[datetime]:
    person = invoice.client.terms_days < 30  # noqa: PLR2004  # companies have thirty days
    usual = f"interac {story.random.randint(1, 9)}" if person else f"cheque {story.random.randint(14, 26)}"
    method, days = (story.work.pay or usual).split()
    yield story.wait(int(days))
    story.hands.pay(invoice, method)
    if story.work.end == "bounced":
        yield story.wait(4)
        story.hands.bounce(invoice)
