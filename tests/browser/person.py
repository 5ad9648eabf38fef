"""Somebody in front of a browser: what they see, what they do, and what the browser complains about.

Everything is found by form names, addresses, roles and classes, so that a test holds in both languages.
"""

import re
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Locator, Page, Route, expect

from tests.support import workday
from tools.demo_server import PASSWORD

DOMAIN = "demo.sercom.test"
TECHNICIAN, TEAM = "Marc-André Pelletier", "Équipe installation"

#: Tells of what no test may overlook, through the console: violations of the content security
#: policy, and a page that scrolls sideways on a phone.
WATCH = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
addEventListener("load", () => {
  const wide = document.documentElement.scrollWidth;
  if (innerWidth <= 360 && wide > innerWidth) console.error(`SIDEWAYS: ${wide} px at ${location.href}`);
});
"""
READ = """async (path) => {
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const page = path ? parse(await (await fetch(path)).text()) : document.cloneNode(true);
  // A number that is kept whole is part of its sentence.
  for (const whole of page.querySelectorAll("span.nowrap"))
    if (/^(\\d{4}-\\d\\d|[A-Z]{1,2}-\\d{4,})/.test(whole.textContent)) whole.replaceWith(whole.textContent);
  page.normalize();
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  const found = [page.documentElement.lang, page.title.split(" · ")[0]];
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (!text.parentElement.closest("script, style, textarea, [lang]:not(html)")) found.push(text.data);
  }
  const names = ["placeholder", "aria-label", "title", "alt"];
  for (const element of page.querySelectorAll(names.map((name) => `[${name}]`).join()))
    found.push(...names.map((name) => element.getAttribute(name) || ""));
  return found.map((text) => text.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
#: Rows that look like those above them: measuring the contrast of every word takes most of axe-core's time.
MORE_ROWS = "table tbody tr:nth-child(n + 6)"
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


def tomorrow() -> str:
    """The next day of work, as a date field takes it."""
    return workday().isoformat()


class Person:
    """A visitor, or somebody of the company once signed in."""

    def __init__(self, context: BrowserContext, *, script: bool = True) -> None:
        self.script = script
        context.add_init_script(WATCH)
        self.complaints: list[str] = []
        self._looked_closely = False
        #: Status codes that the test provokes; the browser's console reports each of them.
        self.provokes: set[int] = set()
        self.was_cut_off = False
        self.page = self._open(context)

    def _open(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def open_again(self) -> None:
        """Close the tab, and open another one."""
        context = self.page.context
        self.page.close()
        self.page = self._open(context)

    def network(self, *, there: bool) -> None:
        """Pull the plug, or put it back."""
        self.was_cut_off = True
        self.page.context.set_offline(not there)

    def _listen(self, message: ConsoleMessage) -> None:
        refused = REFUSED.match(message.text)
        cut_off = self.was_cut_off and "net::ERR_INTERNET_DISCONNECTED" in message.text
        if message.type == "error" and not cut_off and not (refused and int(refused[1]) in self.provokes):
            self.complaints.append(f"{self.page.url}: {message.text} {message.location['url']}")

    # --- seeing -------------------------------------------------------------------------------

    def go(self, path: str) -> None:
        """Open an address of the server."""
        self.page.goto(path)

    def find(self, selector: str) -> Locator:
        """Elements of the page."""
        return self.page.locator(selector)

    @property
    def path(self) -> str:
        """The address without its server."""
        return re.sub(r"^\w+://[^/]+", "", self.page.url)

    @property
    def number(self) -> str:
        """The number at the top of a document's page."""
        found = re.search(r"F-\d+|\d{4}-\d{4}\S*", self.find("h1").inner_text())
        assert found is not None, self.page.url
        return found[0]

    def sees_photos(self) -> int:
        """How many photos the page shows, each one loaded."""
        images = self.find("ul.photos img")
        for image in images.all():
            image.scroll_into_view_if_needed()
            # Not ``wait_for_function``: it evaluates a string in the page, which the policy refuses.
            image.evaluate("(image) => image.decode()")
        return images.count()

    def sums(self) -> list[str]:
        """The figures of the totals shown: before tax, each tax, total."""
        expect(self.find("dl.totals")).not_to_have_attribute("aria-busy", "true")
        return self.find("dl.totals dd").all_inner_texts()

    def is_in(self, kind: str, tab: str, number: str) -> bool:
        """Whether the list of ``kind`` shows the document under its tab ``tab``."""
        self.go(f"/admin/{kind}/?tab={tab}")
        return self.page.get_by_role("link", name=number, exact=True).count() == 1

    def speaks(self, language: str) -> bool:
        """Whether the page says it is in ``language``."""
        return str(self.find("html").get_attribute("lang")).startswith(language)

    def reads(self, path: str = "") -> set[str]:
        """Every text of the page, its language, what its controls are called; ``path``: of another one, unopened."""
        return set(self.page.evaluate(READ, path))

    def troubles(self) -> list[str]:
        """What shuts somebody out, as axe-core finds it: serious or worse; the menu once, of a list its first rows."""
        aside = [[MORE_ROWS], *([["#sidebar"]] if self._looked_closely else [])]
        self._looked_closely = self._looked_closely or self.find("#sidebar").count() == 1
        found = Axe().run(self.page, context={"exclude": aside}).response["violations"]
        return [
            f"{violation['id']}: {node['html'][:120]}"
            for violation in found
            if violation["impact"] in {"serious", "critical"}
            for node in violation["nodes"]
        ]

    def faint(self) -> list[str]:
        """Text that bright light takes away: less than 7 to 1 against its ground (4.5 to 1 where it is large)."""
        options = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
        found = Axe().run(self.page, options=options).response["violations"]
        return [f"{node['html'][:120]}: {node['any'][0]['data']}" for violation in found for node in violation["nodes"]]

    def scrolls_sideways(self, width: int) -> bool:
        """Whether the page is wider than a screen of ``width`` pixels."""
        self.page.set_viewport_size({"width": width, "height": 900})
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    # --- doing --------------------------------------------------------------------------------

    def press(self, element: Locator | str) -> None:
        """Click what leads to another page, and wait for it; a menu around it is opened first."""
        target = self.find(element) if isinstance(element, str) else element
        self.show(target)
        with self.page.expect_navigation():
            target.click()

    def show(self, target: Locator) -> None:
        """Open the menu that holds ``target``, where there is one."""
        menu = target.locator("xpath=ancestor::details[not(@open)]")
        if menu.count():
            menu.locator("summary").click()

    def press_key(self, key: str) -> None:
        """Press a key that leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def answer_next(self, *, yes: bool) -> list[str]:
        """Answer the browser's next question (``beforeunload``); the list gets its type."""
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.type)
            if yes:
                dialog.accept()
            else:
                dialog.dismiss()

        self.page.once("dialog", answer)
        return asked

    def answer(self, *, yes: bool) -> str:
        """Answer the question on the page; gives its text."""
        text = self.find("#confirm h2").inner_text()
        button = self.find(f"#confirm [value={'yes' if yes else 'no'}]")
        if yes:
            self.press(button)
        else:
            button.click()
        return text

    def new_document(self, kind: str, title: str) -> None:
        """A document of one line, for the demo's first client; ends on its page."""
        self.go(f"/admin/{kind}/new/?client=1")
        self.fill(title=title)
        self.line(0, "description").fill("Travail convenu")
        self.line(0, "unit_price").fill("100")
        self.send()

    def sign_in(self, who: str) -> None:
        """Through the form."""
        self.go("/login")
        self.fill(email=f"{who}@{DOMAIN}", password=PASSWORD)
        self.press("form:has([name=password]) button")

    def speak(self, language: str) -> None:
        """Switch to the other language where the page is not in ``language`` (``fr`` or ``en``) yet."""
        if not self.speaks(language):
            self.press('form[action="/language"] button')

    def fill(self, **fields: Any) -> None:
        """Fill fields by their names; a list ticks checkboxes, a select takes a value or a label."""
        for name, value in fields.items():
            field = self.find(f'[name="{name.replace("__", "-")}"]:not([type=hidden])')
            if isinstance(value, list):
                for option in value:
                    self.find(f'[name="{name}"][value="{option}"]').check()
            elif isinstance(value, bool):
                field.set_checked(value)
            elif field.evaluate("(element) => element.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(str(value))

    def send(self) -> None:
        """Send the page's main form."""
        self.press("main form.form:not(.inline) button.primary")

    def command(self, name: str, **fields: Any) -> None:
        """Give a command of the workflow: a button, or a link to a form."""
        link = self.find(f'main a[href$="/do/{name}"]')
        if link.count():
            self.press(link)
            self.fill(**fields)
            known, self.provokes = self.provokes, self.provokes | {409}
            self.send()
            if self.find('main input[name="confirm"]').count():  # asked about the plan, and sure of it
                self.send()
            self.provokes = known
        else:
            button = self.find(f'main form[action$="/do/{name}"] button')
            self.show(button)
            asks = button.get_attribute("data-confirm")
            if asks and self.script:
                button.click()
                assert self.answer(yes=True) == asks
            else:
                self.press(button)

    def convert(self, edge: str, **fields: Any) -> None:
        """Convert the document shown, with the page's default choices."""
        self.press(f'main a[href$="/convert/{edge}"]')
        self.fill(**fields)
        self.send()

    def edit(self) -> None:
        """Open the form of what is shown."""
        self.press(self.find('main a[href*="/edit/"]').first)

    def open_row(self, kind: str, text: str) -> None:
        """Find a row of a list by what stands in it, and open it."""
        self.go(f"/admin/{kind}/")
        self.press(self.find("table.list tbody tr").filter(has_text=text).first.get_by_role("link").first)

    def add_photo(self, file: Path, moment: str, caption: str = "") -> None:
        """Add a photo to the case shown."""
        form = self.find("form.upload")
        form.locator("[name=photos]").set_input_files(file)
        form.locator("[name=moment]").select_option(moment)
        form.locator("[name=caption]").fill(caption)
        self.press(form.locator("button"))

    def pick(self, name: str, term: str) -> None:
        """Choose what a picker finds for ``term``, by the keyboard alone."""
        box = self.find(f"#{name}-text")
        box.focus()
        self._choose(box, self.find(f"#{name}-list"), term)

    def _choose(self, box: Locator, options: Locator, term: str) -> None:
        """Type, go down to the option that begins with ``term``, Enter."""
        wanted = re.compile(f"^{re.escape(term)}")
        self.page.keyboard.type(term)
        options.locator("[role=option]").filter(has_text=wanted).wait_for()
        marked = options.locator("[role=option][aria-selected=true]").filter(has_text=wanted)
        for _step in range(options.locator("[role=option]").count()):
            self.page.keyboard.press("ArrowDown")
            if marked.count():
                break
        self.page.keyboard.press("Enter")
        expect(options).to_be_hidden()
        expect(box).not_to_have_value(term)

    def hold(self, pattern: str) -> list[Route]:
        """Keep what the page asks of these addresses from the server; the test lets each go on."""
        held: list[Route] = []
        self.page.route(pattern, lambda route: held.append(route))  # noqa: PLW0108  # Playwright marks its handlers
        return held

    # --- lines --------------------------------------------------------------------------------

    def line(self, number: int, cell: str) -> Locator:
        """A cell of the line editor."""
        return self.find(f'[name="lines-{number}-{cell}"]')

    def choose_item(self, number: int, code: str, quantity: str = "1") -> None:
        """Complete a line from the catalogue, then type the quantity."""
        text = self.line(number, "description")
        text.focus()
        self._choose(text, text.locator("xpath=../ul"), code)
        self.line(number, "quantity").fill(quantity)

    def add_line(self) -> int:
        """One more line; gives its number."""
        self.find("[data-add-line=item]").click()
        return self.find("tr.line").count() - 1

    def screenshot(self, name: str) -> None:
        """Keep a picture of the whole page, for somebody who wants to look."""
        self.page.screenshot(path=name, full_page=True)
