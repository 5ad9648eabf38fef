"""Pictures of 28 screens with the demo company: `make screenshots` writes them to docs/img/."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from tools.demo_server import CHROMIUM, FLAGS, PASSWORD, ROOT, demo_server

FOLDER = ROOT / "docs" / "img"
WIDE, PHONE = 1280, 360
HEIGHTS = {WIDE: 860, PHONE: 740}

Step = Callable[[Page], None]


def nothing(_page: Page) -> None:
    """The page as it opens."""


def first_row(page: Page) -> None:
    """The first row of the list."""
    page.locator("table.list tbody td.key a").first.click()


def clients_page(page: Page) -> None:
    """What the client sees of the first row, behind the link."""
    first_row(page)
    address = page.locator('main a[href^="/l/"]').first.get_attribute("href") or ""
    page.context.clear_cookies()
    page.goto(address)


def convert(page: Page) -> None:
    """The first row, about to be converted."""
    first_row(page)
    page.locator('main a[href*="/convert/"]').first.evaluate("(link) => link.click()")
    page.wait_for_url("**/convert/**")


def edit(page: Page) -> None:
    """The first row, being changed."""
    first_row(page)
    page.locator('main a[href*="/edit/"]').first.click()
    page.locator("[data-totals-output]:not([hidden])").wait_for()


def lines(page: Page) -> None:
    """The line editor."""
    edit(page)
    page.locator("[data-lines]").scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, document.querySelector('[data-lines]').getBoundingClientRect().top - 80)")


def find(page: Page) -> None:
    """Something looked for with Ctrl-K, with a slip of the finger."""
    page.keyboard.press("Control+k")
    page.keyboard.type("tremblau")
    page.locator("dialog [role=option]").first.wait_for()


def next_visit(page: Page) -> None:
    """The visit that comes next, or is under way."""
    page.locator(".field-card.next a.primary").click()
    page.locator(".field-visit").wait_for()


def mistakes(page: Page) -> None:
    """The client's form, sent with mistakes."""
    page.fill("[name=name]", "Julie Tremblay")
    page.fill("[name=postal_code]", "H2X")
    page.locator("main form button.primary").click()
    page.evaluate("window.scrollTo(0, 0)")


@dataclass(frozen=True)
class Screen:
    """One picture: its name, whose it is, where to go, what to do there, how wide, in which language."""

    name: str
    who: str | None
    path: str
    step: Step = nothing
    width: int = WIDE
    language: str = "fr"


SCREENS = (
    Screen("form-fr", None, "/"),
    Screen("form-errors-fr", None, "/", mistakes),
    Screen("form-fr-360", None, "/", width=PHONE),
    Screen("form-en-360", None, "/en/", width=PHONE, language="en"),
    Screen("sign-in-fr", None, "/login"),
    Screen("dashboard-fr", "office", "/admin/"),
    Screen("dashboard-en", "office", "/admin/", language="en"),
    Screen("dashboard-fr-360", "office", "/admin/", width=PHONE),
    Screen("requests-fr", "office", "/admin/requests/"),
    Screen("request-fr", "office", "/admin/requests/?tab=assessed", first_row),
    Screen("quote-fr", "office", "/admin/quotes/?tab=sent", first_row),
    Screen("quote-en", "office", "/admin/quotes/?tab=sent", first_row, language="en"),
    Screen("quote-fr-360", "office", "/admin/quotes/?tab=sent", first_row, width=PHONE),
    Screen("answer-fr-360", "office", "/admin/quotes/?tab=sent", clients_page, width=PHONE),
    Screen("pay-fr-360", "office", "/admin/invoices/?tab=partly_paid", clients_page, width=PHONE),
    Screen("equipment-fr", "office", "/admin/equipment/", first_row),
    Screen("reminders-fr", "office", "/admin/reminders/"),
    Screen("lines-fr", "office", "/admin/quotes/?tab=draft", lines),
    Screen("lines-fr-360", "office", "/admin/quotes/?tab=draft", lines, width=PHONE),
    Screen("convert-fr", "office", "/admin/quotes/?tab=approved", convert),
    Screen("job-fr", "office", "/admin/jobs/?tab=to_invoice", first_row),
    Screen("invoice-fr", "office", "/admin/invoices/?tab=partly_paid", first_row),
    Screen("invoices-en-360", "accountant", "/admin/invoices/", width=PHONE, language="en"),
    Screen("client-fr", "office", "/admin/clients/?search=Tilleuls", first_row),
    Screen("find-fr", "office", "/admin/", find),
    Screen("day-fr-360", "tech", "/field/", width=PHONE),
    Screen("visit-fr-360", "tech", "/field/", next_visit, width=PHONE),
    Screen("guide-en", "office", "/admin/guide", language="en"),
)


def sign_in(page: Page, who: str) -> StorageState:
    """Sign in as somebody; gives the cookies, for each picture after the first: the door counts who knocks."""
    page.goto("/login")
    page.fill("[name=email]", f"{who}@demo.sercom.test")
    page.fill("[name=password]", PASSWORD)
    page.locator("form:has([name=password]) button").click()
    page.wait_for_url("**/admin/")
    return page.context.storage_state()


def take(browser: Browser, screen: Screen, server: str, sessions: dict[str | None, StorageState]) -> None:
    """Open the screen as its person and keep its picture."""
    size = {"width": screen.width, "height": HEIGHTS[screen.width]}
    locale = "fr-CA" if screen.language == "fr" else "en-CA"
    known = sessions.get(screen.who)
    context = browser.new_context(
        viewport=size,
        base_url=server,
        locale=locale,
        storage_state=known,
        service_workers="block",  # reading ahead is never idle
    )
    page = context.new_page()
    if screen.who:
        if known is None:
            sessions[screen.who] = sign_in(page, screen.who)
        page.goto("/admin/")
        if not str(page.locator("html").get_attribute("lang")).startswith(screen.language):
            page.locator('form[action="/language"] button').click()
    page.goto(screen.path)
    screen.step(page)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('.toast').forEach((toast) => toast.remove())")
    page.screenshot(path=FOLDER / f"{screen.name}.png")
    page.context.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_server(Path(folder), photos=40) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        sessions: dict[str | None, StorageState] = {}
        for screen in SCREENS:
            take(browser, screen, server, sessions)
            print(screen.name)
        browser.close()
