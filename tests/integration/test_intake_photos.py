"""Photos of the public form: sent one by one or with it, kept while another field is wrong, removed, attached."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from sercom import models
from sercom.core.base import db
from sercom.portal import ticket
from sercom.web import UPLOADS
from tests.integration.test_intake import FORMS, counts, send, ticket_of
from tests.pages import main_form, parse
from tests.rows import intake_answers, picture
from tests.support import Browser, World
from tests.unit.pictures import camera_exif, encode, quarters


def stage(browser: Browser, issued: str, raw: bytes, name: str = "a.jpg", url: str = "/photos", **data: Any) -> Any:
    """Send a photo while the form is being filled in."""
    form = {"ticket": issued, "field": "photos", "photo": (BytesIO(raw), name)} | data
    return browser.client.post(url, data=form, content_type="multipart/form-data")


def staged(world: World) -> list[str]:
    """The names of the photos that wait."""
    return world.read(lambda: [row.name for row in db.session.query(models.IntakeUpload).order_by("position")])


def shown(page: Any) -> list[str]:
    """The photos that a form shows as kept."""
    return [str(image.get("src")) for image in parse(page).iter("img") if image.get("src")]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_sent_ahead_is_made_safe_shown_and_attached(world: World, browser: Browser, kind: str):
    issued = ticket_of(world)
    raw = encode(quarters(), kind, exif=camera_exif(6).tobytes())
    answer = stage(browser, issued, raw, "IMG 1.HEIC")
    assert answer.status_code == 200
    small = browser.get(answer.json["thumbnail"])
    assert (small.mimetype, Image.open(BytesIO(small.data)).format) == ("image/jpeg", "JPEG")
    assert browser.client.post("/", data=intake_answers(issued)).status_code == 303
    files = world.read(lambda: [(file.name, file.mime) for file in db.session.query(models.File)])
    assert files == [("IMG 1.HEIC", "image/jpeg")]
    assert staged(world) == []
    assert stage(browser, issued, raw).status_code == 409  # the request is there already


@pytest.mark.parametrize("url", FORMS)
def test_photos_are_kept_while_another_field_is_wrong(world: World, browser: Browser, url: str):
    refused = send(browser, url, [(picture(), "a.jpg"), (picture("red"), "b.jpg")], phone="1")
    form = main_form(refused)
    assert set(form.errors) == {"phone"}
    assert [browser.get(address).status_code for address in shown(refused)] == [200, 200]
    again = browser.client.post(url, data=form.data | {"photos": (BytesIO(picture("green")), "c.jpg")})
    assert len(shown(again)) == 3
    fixed = main_form(again).data | {"phone": "514 555-0198", "remove_photo": "1"}
    assert browser.client.post(url, data=fixed).status_code == 303
    assert world.read(lambda: [file.name for file in db.session.query(models.File)]) == ["a.jpg", "c.jpg"]
    assert staged(world) == []


def test_six_a_ticket_and_a_removed_one_makes_room(world: World, browser: Browser):
    issued, other = ticket_of(world), ticket_of(world)
    assert [stage(browser, issued, picture(), f"{n}.jpg").status_code for n in range(7)] == [200] * 6 + [422]
    assert stage(browser, other, picture()).status_code == 200
    gone = browser.client.post("/photos/remove", data={"ticket": issued, "remove_photo": ["2", "9", "x"]})
    assert gone.status_code == 204
    assert stage(browser, issued, picture(), "new.jpg").json["position"] == 2
    assert browser.client.post("/", data=intake_answers(issued)).status_code == 303
    assert counts(world)["file"] == 6
    assert staged(world) == ["a.jpg"]


@pytest.mark.parametrize("url", ["/photos", "/en/photos"])
def test_what_is_refused_is_told_in_the_forms_language(
    world: World, browser: Browser, url: str, monkeypatch: pytest.MonkeyPatch
):
    issued = ticket_of(world)
    told = stage(browser, issued, b"no photo", url=url)
    assert told.status_code == 422
    assert ("read" in told.json["error"]) == (url == "/en/photos")
    assert stage(browser, issued, picture(), url=url, ticket="x").status_code == 404
    assert stage(browser, issued, picture(), url=url, field="consent").status_code == 400
    assert browser.client.post(url, data={"ticket": issued, "field": "photos"}).status_code == 400
    monkeypatch.setitem(UPLOADS, f"portal_photos.add{'_en' if 'en' in url else ''}", 500)
    assert stage(browser, issued, picture(), url=url).status_code == 413
    assert staged(world) == []


def test_a_photo_is_seen_with_its_ticket_alone(world: World, browser: Browser):
    issued = ticket_of(world)
    stage(browser, issued, picture())
    for bad in (f"/photos/{ticket_of(world)}/0", f"/photos/{issued}/1", f"/photos/{issued}/x", "/photos/x/0"):
        assert browser.get(bad).status_code == 404, bad


def test_an_expired_form_keeps_its_photos(world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch):
    issued = ticket_of(world)
    stage(browser, issued, picture(), "a.jpg")
    monkeypatch.setattr(ticket, "LIFETIME", -1)
    data = intake_answers(issued) | {"photos": (BytesIO(picture()), "b.jpg")}
    refused = browser.client.post("/", data=data, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert len(shown(refused)) == 2
    monkeypatch.undo()
    assert browser.client.post("/", data=main_form(refused).data).status_code == 303
    assert counts(world)["file"] == 2
