"""Pages as a person reads them: parsed HTML, the forms on it, what they hold and the errors beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast
from xml.etree.ElementTree import Element

import lxml.html  # type: ignore[import-untyped]  # its elements have the methods of the standard library's
from werkzeug.test import TestResponse

from tests.support import Browser

#: Ten times as quick as a parser in Python; that pages are correct HTML5 is asked once, in ``test_conventions``.
_PARSER = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)


def parse(page: str | TestResponse) -> Element:
    """The tree of a page, as a browser builds it."""
    text = page if isinstance(page, str) else page.get_data(as_text=True)
    tree = cast("Element", lxml.html.document_fromstring(text, parser=_PARSER))
    for area in tree.iter("textarea"):
        area.text = (area.text or "").removeprefix("\n")  # the one that HTML does not count
    return tree


def words(element: Element) -> str:
    """The text of an element, spaces folded."""
    return " ".join("".join(element.itertext()).split())


def of_class(element: Element, name: str) -> list[Element]:
    """The elements below that have a class."""
    return [found for found in element.iter() if name in str(found.get("class", "")).split()]


@dataclass
class WebForm:
    """A form: where it goes, what it would send, what stands beside its fields."""

    action: str
    method: str
    data: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    over: list[str] = field(default_factory=list)


def forms(page: str | TestResponse) -> list[WebForm]:
    """Every form of a page, in order."""
    return [_form(element) for element in parse(page).iter("form")]


def main_form(page: str | TestResponse) -> WebForm:
    """The form a page is there for: the one with the most to send."""
    return max((form for form in forms(page) if form.method == "post"), key=lambda form: len(form.data))


def form_to(page: str | TestResponse, end: str) -> WebForm:
    """The form whose address ends so, wherever on the page it leads."""
    return next(form for form in forms(page) if form.action.partition("#")[0].endswith(end))


def form_below(page: str | TestResponse, start: str) -> WebForm:
    """The form whose address begins so."""
    return next(form for form in forms(page) if form.action.startswith(start))


def _form(element: Element) -> WebForm:
    form = WebForm(element.get("action", ""), element.get("method", "get").lower())
    for name, value in _sent(element):
        known = form.data.get(name)
        form.data[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    for container in element.iter():
        messages = [child for child in container if "error" in str(child.get("class", "")).split()]
        named = sorted((p for p in container.iter() if p.get("name")), key=lambda p: p.get("type") == "hidden")
        if messages and named:
            form.errors[str(named[0].get("name"))] = " ".join(words(message) for message in messages)
        if container.get("role") == "alert":
            form.over.append(words(container))
    return form


def _sent(element: Element) -> Iterator[tuple[str, str]]:
    for part in element.iter():
        name, kind = part.get("name"), part.get("type", "text")
        if not name or kind in {"file", "submit", "button"} or part.tag == "button":
            continue
        if part.tag == "textarea":
            yield name, "".join(part.itertext())
        elif part.tag == "select":
            options = list(part.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            for option in chosen or options[:1]:
                yield name, option.get("value", words(option))
        elif part.tag == "input" and (kind not in {"checkbox", "radio"} or part.get("checked") is not None):
            yield name, part.get("value", "on" if kind == "checkbox" else "")


def submit(browser: Browser, url: str, /, **changes: Any) -> TestResponse:
    """Open ``url``, fill its form in, send it."""
    page = browser.get(url)
    assert page.status_code == 200, f"{url}: {page.status}"
    return send(browser, main_form(page), url, **changes)


def send(browser: Browser, form: WebForm, url: str, /, **changes: Any) -> TestResponse:
    """Send a form that was read from the page at ``url``; ``None`` leaves a field out."""
    data = {name: value for name, value in (form.data | changes).items() if value is not None}
    return browser.client.post(form.action or url, data=data)


def list_rows(page: str | TestResponse) -> list[list[str]]:
    """The cells of a list's rows, ticks left out."""
    tables = [table for table in parse(page).iter("table") if table.get("class") == "list"]
    found = []
    for row in (row for table in tables for row in table.iter("tr")):
        cells = [words(cell) for cell in row.iter("td") if cell.get("class") != "tick"]
        if cells:
            found.append(cells)
    return found


def tab_counts(page: str | TestResponse) -> dict[str, int]:
    """The tabs of a list with their counts."""
    found = {}
    for tabs in of_class(parse(page), "tabs"):
        for link in tabs.iter("a"):
            label, count = words(link).rsplit(" ", 1)
            found[label] = int(count)
    return found


def notices(page: str | TestResponse) -> list[str]:
    """What a page tells: above its content, and of what was just done."""
    tree = parse(page)
    return [words(element) for name in ("notice", "toast") for element in of_class(tree, name)]


def links(page: str | TestResponse) -> dict[str, str]:
    """Text and address of every link; the first of a text wins."""
    found: dict[str, str] = {}
    for link in parse(page).iter("a"):
        found.setdefault(words(link), link.get("href", ""))
    return found


def status(browser: Browser, method: str, url: str, **options: Any) -> int | str:
    """How a request is answered; a fault as its exception, so that a table shows every one of them."""
    try:
        answer = browser.client.open(url, method=method, **options)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is a fault
        return f"{type(error).__name__}: {str(error)[:120]}"
    answer.close()
    return answer.status_code


def wrong(answers: dict[Any, Any], *expected: int) -> dict[Any, Any]:
    """The answers that are none of those."""
    return {key: answer for key, answer in answers.items() if answer not in expected}
