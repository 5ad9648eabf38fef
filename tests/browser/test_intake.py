"""The public form as clients meet it: in a frame on the company's own site, with photos, with and without a script."""

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, expect

from tests.browser.conftest import PHONE, WIDE, Opener

ANSWERS = {
    "description": "La thermopompe ne démarre plus.",
    "street": "9, rue du Moulin",
    "city": "Laval",
    "postal_code": "h7l1m3",
    "name": "Étienne Gauthier",
    "email": "etienne@example.org",
}
SITE = '<!doctype html><html lang="fr"><title>Nous</title><h1>Nous joindre</h1>{}</html>'


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_words: object) -> None:
        """Nobody reads it."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The company's own site: its folder, and its address, which is another origin than the product's."""
    folder = tmp_path_factory.mktemp("site")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def embedded(someone: Opener, site: tuple[Path, str]) -> str:
    """The form on the company's site, as the settings page says to put it there; gives the site's address."""
    folder, address = site
    owner = someone("owner")
    owner.go("/admin/company/edit/?id=1")
    owner.fill(frame_origins=address)
    owner.send()
    for language in ("fr", "en"):
        (folder / f"{language}.html").write_text(SITE.format(owner.find(f"#embed-{language}").input_value()))
    return address


def fill(form: FrameLocator, **changes: str) -> None:
    """Fill the form in its frame."""
    form.locator("[name=service]").select_option(index=1)
    for name, value in (ANSWERS | changes).items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=consent]").check()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_form_in_a_frame_of_another_origin(
    someone: Opener, embedded: str, photos: list[Path], language: str, *, script: bool
) -> None:
    visitor = someone(width=PHONE if language == "fr" else WIDE, script=script)
    visitor.provokes = {404, 422}  # the site has no icon
    visitor.go(f"{embedded}/{language}.html")
    form = visitor.page.frame_locator("iframe")
    expect(form.locator("html")).to_have_attribute("lang", f"{language}-CA")
    fill(form, phone="1")
    form.locator("#photos").set_input_files(photos[:2])
    if script:
        expect(form.locator(".shot img:visible")).to_have_count(2)
    form.locator("form[data-intake] .primary").click()
    expect(form.locator(".notice.bad")).to_be_visible()
    expect(form.locator(".shot img")).to_have_count(2)
    if script:
        high = visitor.find("iframe").evaluate("(frame) => frame.getBoundingClientRect().height")
        assert abs(high - form.locator("html").evaluate("(root) => root.offsetHeight")) < 3
        form.locator(".shot-remove").first.click()
        expect(form.locator(".shot")).to_have_count(1)
    else:
        form.locator("[name=remove_photo]").first.check()
    form.locator("[name=phone]").fill("450 555-0177")
    form.locator("form[data-intake] .primary").click()
    expect(form.locator("h1.number")).to_have_text(re.compile(r"\d{4}-\d{4}-D"))
    assert visitor.page.context.cookies() == []
    number = form.locator("h1.number").inner_text()
    office = someone("office")
    assert office.is_in("requests", "new", number)
    office.press(office.page.get_by_role("link", name=number, exact=True))
    assert office.sees_photos() == 1


def test_a_site_that_is_not_named_may_not_show_it(someone: Opener, site: tuple[Path, str], server: str) -> None:
    folder, address = site
    (folder / "other.html").write_text(SITE.format(f'<iframe src="{server}/" title="x"></iframe>'))
    visitor = someone()
    visitor.go(f"{address.replace('localhost', '127.0.0.1')}/other.html")
    expect(visitor.page.frame_locator("iframe").locator("form")).to_have_count(0)
    visitor.complaints = [text for text in visitor.complaints if "frame-ancestors" not in text and "404" not in text]


def test_photos_one_by_one_six_at_most_and_small(someone: Opener, photos: list[Path], tmp_path: Path) -> None:
    visitor = someone(width=PHONE)
    visitor.provokes = {422}
    sizes: list[int] = []
    visitor.page.on("request", lambda request: sizes.append(int(request.header_value("content-length") or 0)))
    broken = tmp_path / "broken.heic"
    broken.write_bytes(b"nothing")
    visitor.go("/")
    field = visitor.find("#photos")
    field.set_input_files([*photos[:4], broken])
    expect(visitor.find(".shot.failed .error")).to_have_count(1)
    field.set_input_files(photos[:3])  # two have a place
    expect(visitor.find(".shot.failed .error")).to_have_count(2)
    expect(visitor.find(".shot:not(.failed) progress:visible")).to_have_count(0)
    visitor.find(".shot.failed .shot-remove").first.focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.find(".shot.failed")).to_have_count(1)
    assert visitor.find(":focus").count() == 1
    assert visitor.troubles() == []
    assert max(sizes) < 2_000_000


def test_what_is_typed_is_written_as_it_is_read(someone: Opener) -> None:
    visitor = someone()
    visitor.go("/")
    typing = visitor.page.keyboard
    visitor.find("[name=phone]").focus()
    typing.type("4505550177")
    assert visitor.find("[name=phone]").input_value() == "450 555-0177"
    for _step in range(4):
        typing.press("ArrowLeft")
    typing.press("Backspace")
    typing.press("Backspace")
    typing.type("9")
    caret = visitor.find("[name=phone]").evaluate("(field) => field.value.slice(0, field.selectionStart)")
    assert caret == "450 559"
    visitor.find("[name=phone]").fill("450 555-0177 poste 22")
    visitor.find("[name=postal_code]").fill("")
    visitor.find("[name=postal_code]").focus()
    typing.type("h7l1m3")
    assert visitor.find("[name=postal_code]").input_value() == "H7L 1M3"
    assert visitor.find("[name=phone]").input_value() == "450 555-0177 poste 22"
