"""Somebody who works without a script: follows links, fills the forms that pages show, sends them."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from tests.pages import WebForm, forms, links, main_form, parse, words
from tests.support import Browser, workday

#: The next day of work.
TOMORROW = workday().isoformat()


class Reader:
    """A browser that remembers which page it is on; every address and every hidden value is read from there."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.url = ""
        self.page: TestResponse

    def go(self, url: str) -> Reader:
        """Open a page."""
        self.url, self.page = url, self.browser.get(url)
        assert self.page.status_code == 200, f"{url}: {self.page.status}"
        return self

    @property
    def text(self) -> str:
        """What the page says."""
        return words(parse(self.page)).replace("\u00a0", " ")

    @property
    def title(self) -> str:
        """The page's heading, without the pill."""
        return words(next(parse(self.page).iter("h1"))).split(" ")[0]

    def address(self, part: str) -> str:
        """The first link of the page whose address holds ``part``."""
        found = [url for url in links(self.page).values() if part in url]
        assert found, f"{self.url}: no link to {part} among {links(self.page)}"
        return found[0]

    def follow(self, part: str) -> Reader:
        """Press that link."""
        return self.go(self.address(part))

    def find(self, entity: str, search: str, tab: str = "") -> Reader:
        """Search a list and open the row that it shows."""
        self.go(f"/admin/{entity}/?search={search}&tab={tab}")
        return self.follow(f"/admin/{entity}/details/")

    def send(self, form: WebForm, **typed: Any) -> Reader:
        """Send a form of this page, and go where it leads."""
        data = form.data | typed
        answer = self.browser.client.post(form.action or self.url, data=data)
        assert answer.status_code in {302, 303}, f"{self.url}: {answer.status} {main_form(answer)}"
        return self.go(answer.location)

    def fill(self, **typed: Any) -> Reader:
        """Fill in the page's form and send it."""
        return self.send(main_form(self.page), **typed)

    def command(self, name: str, /, **typed: Any) -> Reader:
        """Press a command's button, or follow it to its form and fill that in."""
        buttons = [form for form in forms(self.page) if form.action.endswith(f"/do/{name}")]
        return self.send(buttons[0]) if buttons else self.follow(f"/do/{name}").fill(**typed)

    def convert(self, target: str, /, **typed: Any) -> Reader:
        """Follow "Convert to", and send what is shown."""
        return self.follow(f"/convert/{target}").fill(**typed)

    def edit(self, **typed: Any) -> Reader:
        """Change the record."""
        return self.follow("/edit/?id=").fill(**typed)

    def says(self, *sentences: str) -> Reader:
        """Whether the page holds each of them."""
        assert not [sentence for sentence in sentences if sentence not in self.text], self.text
        return self


def line(number: int, description: str, price: str, quantity: str = "1", unit: str = "") -> dict[str, str]:
    """The cells of a line as they are typed."""
    cells = {"description": description, "quantity": quantity, "unit": unit, "unit_price": price}
    return {f"lines-{number}-{cell}": text for cell, text in cells.items()}
