"""A price, sent, and the client's answer."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sercom.demo.story import Story
from sercom.models import Quote


def quote(story: Story) -> Iterator[datetime]:
    """A price, sent; the client answers."""
    work = story.work
    yield story.wait(1 if story.document else 0)
    quote = story.next("quote", Quote(title=work.title, description=work.text))
    quote.discount = Decimal(work.discount)
    quote.discount_percent = Decimal(work.percent_off) if work.percent_off else None
    quote.deposit_percent = Decimal(work.asks) if work.asks else None
    story.price(quote, work.lines)
    story.over = work.end == "draft"
    if story.over:
        return
    yield story.wait()
    story.hands.send(quote)
    if work.end == "sent":
        story.over = True
    elif work.change:
        yield from _changes(story, quote)
    if not story.over:
        yield from _answer(story, quote)


def _changes(story: Story, quote: Quote) -> Iterator[datetime]:
    yield story.wait(story.random.randint(2, 4))
    story.hands.give("request_changes", quote, change_request=story.work.change)
    story.over = story.work.end == "changes"
    if story.over:
        return
    yield story.wait(1)
    story.hands.give("revise", quote)
    story.price(quote, story.work.revised)
    yield story.wait()
    story.hands.send(quote)


def _answer(story: Story, quote: Quote) -> Iterator[datetime]:
    how, _, why = story.work.end.partition(":")
    if how == "archived":
        yield story.wait(24)
        story.hands.give("archive", quote)
    elif how == "declined":
        yield story.wait(6)
        story.hands.give("decline", quote, reason=why)
    else:
        yield story.wait(story.random.randint(1, 3))
        channel = story.random.choice(("phone", "email", "email", "on_site", "paper"))
        name = quote.client.contact_name or quote.client.name
        story.hands.give("approve", quote, channel=channel, name=name)
        if story.work.deposit:
            yield story.wait()
            story.hands.take_deposit(quote, Decimal(story.work.deposit))
    story.over = how in {"archived", "declined", "approved"}
