"""Equipment over HTTP: from a case, in one click to a job, by its sticker, on the technician's phone."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from sercom import models
from sercom.core.base import db
from sercom.entities.equipment.model import Equipment, Upkeep
from sercom.entities.visits.snapshot import snapshot_of
from sercom.models import EquipmentWork, Job, ServiceRequest, Visit
from sercom.portal import ticket
from sercom.workflow import matching
from tests.field import planned, send
from tests.pages import main_form
from tests.rows import intake_answers
from tests.support import Browser, World, day, make_client, make_user, start

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def office(world: World, browser: Browser) -> Browser:
    return browser.sign_in(world.user("office"))


def make_device(world: World, **columns: Any) -> int:
    def build() -> Equipment:
        at = {} if "site_id" in columns else {"site": make_client().sites[0]}
        row = Equipment(make="Daikin", model="FTX12", **at, **columns)
        db.session.add(row)
        return row

    return world.make(build)


def site_of(world: World, client: int) -> int:
    return int(world.read(lambda: db.session.get_one(models.Client, client).sites[0].id))


def works(world: World, **of: Any) -> list[tuple[int, int, bool]]:
    rows = select(EquipmentWork.equipment_id, EquipmentWork.case_id, EquipmentWork.is_upkeep).filter_by(**of)
    return [tuple(row) for row in world.read(lambda: db.session.execute(rows).all())]


# --- the back-office ------------------------------------------------------------------------------


def test_a_device_added_on_a_case_is_what_it_is_about(world: World, office: Browser):
    case = world.get(Job, world.document("job"), "case_id")
    site = world.get(models.Case, case, "site_id")
    url = f"/admin/equipment/new/?site={site}&case={case}"
    form = main_form(office.get(url)).data | {"make": SCRIPT, "serial": "SN-1", "upkeep": "12", "notes": SCRIPT}
    page = office.post(url, form, follow_redirects=True).get_data(as_text=True)
    assert SCRIPT not in page
    ((device, _case, kept),) = works(world, case_id=case)
    assert not kept
    for url in (f"cases/details/?id={case}", f"sites/details/?id={site}", "equipment/", "equipment/due"):
        assert SCRIPT not in office.get(f"/admin/{url}").get_data(as_text=True)
    found = office.get("/admin/search?q=sn-1").json
    assert [result["url"] for group in found for result in group["results"]] == [
        f"/admin/equipment/details/?id={device}"
    ]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("warranty_until", {"installed_on": "2026-01-02", "warranty_until": "2026-01-01"}),
        ("removed_on", {"installed_on": "2026-01-02", "removed_on": "2026-01-01"}),
        ("make", {"make": "x" * 81}),
        ("notes", {"notes": "x" * 5001}),
        ("upkeep", {"upkeep": "5"}),
        ("kind", {"kind": "spaceship"}),
        ("installed_on", {"installed_on": "0001-01-01"}),
        ("site", {"site": "999999"}),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(world: World, office: Browser, name: str, wrong: dict[str, str]):
    url = f"/admin/equipment/new/?site={world.make(lambda: make_client().sites[0])}"
    answer = office.post(url, main_form(office.get(url)).data | wrong)
    assert answer.status_code == 422
    assert main_form(answer).errors.keys() == {name}


def test_one_click_makes_the_job_and_a_second_says_so(world: World, office: Browser):
    device = make_device(world, upkeep=Upkeep.YEARLY, upkeep_from=day(-400))
    assert "Daikin FTX12" in office.get("/admin/equipment/due").get_data(as_text=True)
    data = {"device": device, "as": "job", "back": "/admin/equipment/due"}
    made = office.post("/admin/equipment/plan", data)
    job = world.read(lambda: db.session.scalars(select(Job)).one().id)
    assert made.location == f"/admin/jobs/details/?id={job}"
    again = office.post("/admin/equipment/plan", data)
    assert again.location == "/admin/equipment/due"
    assert "Daikin" not in office.get("/admin/equipment/due").get_data(as_text=True).partition("</main>")[0]
    assert world.read(lambda: db.session.scalars(select(Job.id)).all()) == [job]
    assert [kept for _device, _case, kept in works(world, equipment_id=device)] == [True]
    for wrong in ({}, {"device": "x"}, {"device": "9" * 20}):
        assert office.post("/admin/equipment/plan", wrong).status_code == 302
    repeated = main_form(office.get(f"/admin/jobs/{job}/do/repeat_visits")).data
    assert (repeated["every"], repeated["unit"]) == ("1", "YEARLY")  # as often as it is maintained


def test_which_devices_a_case_is_about(world: World, office: Browser):
    job = world.document("job")
    case = world.get(Job, job, "case_id")
    site = world.get(models.Case, case, "site_id")
    here, elsewhere = make_device(world, site_id=site), make_device(world)
    url = f"/admin/equipment/cases/{case}"
    back = f"/admin/jobs/details/?id={job}"
    chosen = {"device": [here, elsewhere], "upkeep": here, "back": back}
    assert office.post(url, chosen).location == back
    assert works(world, case_id=case) == [(here, case, True)]  # what stands elsewhere is not asked about
    assert "Daikin FTX12" in office.get(back).get_data(as_text=True)
    assert office.post(url, {"back": "//evil.example"}).location == f"/admin/cases/details/?id={case}"
    assert works(world, case_id=case) == []
    assert office.post("/admin/equipment/cases/999999", {}).status_code == 404


# --- the sticker ----------------------------------------------------------------------------------


def token_of(world: World, device: int) -> str:
    return str(world.get(Equipment, device, "token"))


def test_a_sticker_opens_the_form_and_tells_nothing_of_the_owner(world: World, browser: Browser):
    place = {"serial": "SN-4471", "place": "Chambre du fond"}
    device = make_device(world, site_id=world.make(lambda: make_client("Aïcha Benoît").sites[0]), **place)
    url = f"/a/{token_of(world, device)}"
    with world.counting() as statements:
        answer = browser.get(url)
    assert not [statement for statement in statements if statement.startswith(("INSERT", "UPDATE", "DELETE"))]
    page = answer.get_data(as_text=True)
    assert "Daikin FTX12" in page
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    for secret in ("Aïcha", "Sainte-Rose", "H7L", "5550110", "SN-4471", "Chambre du fond"):
        assert secret not in page
    assert "Heat pump Daikin" in browser.get(f"/en{url}").get_data(as_text=True)
    wrong = browser.post(url, {"ticket": ticket_of(browser, url), "description": SCRIPT})
    assert wrong.status_code == 422
    assert SCRIPT not in wrong.get_data(as_text=True)
    assert "Daikin FTX12" in wrong.get_data(as_text=True)  # still about it


def ticket_of(browser: Browser, url: str) -> str:
    return browser.form(url)["ticket"]


def test_what_is_sent_from_a_sticker_is_about_the_device_and_changes_no_client(world: World, browser: Browser):
    owner = world.make(make_client)
    device = make_device(world, site_id=site_of(world, owner))
    before = world.get(models.Client, owner, "version", "updated_at")
    browser.get("/")
    with world.app.test_request_context():
        issued = ticket.issue()
    answer = browser.post(f"/a/{token_of(world, device)}", intake_answers(issued))
    assert answer.status_code == 303
    assert browser.post(f"/a/{token_of(world, device)}", intake_answers(issued)).location == answer.location
    request = world.read(lambda: db.session.scalars(select(ServiceRequest)).one().id)
    case, client = world.get(ServiceRequest, request, "case_id", "client_id")
    assert works(world) == [(device, case, False)]
    assert client != owner
    assert world.get(models.Client, owner, "version", "updated_at") == before

    def owners() -> list[tuple[int, list[str]]]:
        found = matching.likely(db.session, db.session.get_one(models.Client, client))
        return [(match.client.id, [str(reason) for reason in match.reasons]) for match in found]

    assert world.read(owners) == [(owner, ["a écrit à propos de son appareil"])]
    page = browser.sign_in(world.user("office")).get(f"/admin/requests/details/?id={request}").get_data(as_text=True)
    assert "Daikin FTX12" in page


def test_forged_and_replaced_stickers_are_one_and_the_same_404(world: World, office: Browser):
    device = make_device(world)
    token = token_of(world, device)
    assert office.get(f"/a/{token}").status_code == 200
    office.post(f"/admin/equipment/{device}/sticker/renew", {})
    answers = [office.get(f"/a/{wrong}") for wrong in (token, f"{device}-", "0-x", "x", f"{token}x", f"{10**12}-x")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data() for answer in answers}) == 1
    assert office.post(f"/a/{token}", {}).status_code == 404
    assert office.get(f"/a/{token_of(world, device)}").status_code == 200


# --- in the field ---------------------------------------------------------------------------------


def test_a_technician_reads_the_plate_and_ticks_the_maintenance_off(world: World, browser: Browser):
    technician = world.user("technician")
    visit = world.make(lambda: planned(technician))
    case = world.get(Visit, visit, "case_id")
    browser.sign_in(technician)
    plate = {"key": "0123456789ab", "kind": "furnace", "make": SCRIPT, "serial": "SN-9", "place": "Sous-sol"}
    assert send(browser, visit, "device", **plate).json["state"] == "done"
    assert send(browser, visit, "device", **plate).json["state"] == "done"  # the phone sends it again
    assert send(browser, visit, "device", kind="furnace", serial="SN-9").json["state"] == "done"  # another phone
    device = world.read(lambda: db.session.scalars(select(Equipment.id)).one())
    assert works(world) == [(device, case, False)]
    assert send(browser, visit, "kept", device=device).json["state"] == "conflict"  # not started yet
    send(browser, visit, "start")
    assert send(browser, visit, "kept", device=device).json["state"] == "done"
    assert send(browser, visit, "kept", device=device).json["state"] == "done"
    assert works(world) == [(device, case, True)]
    page = browser.get(f"/field/visits/{visit}").get_data(as_text=True)
    assert "SN-9" in page
    assert SCRIPT not in page


def test_what_a_phone_may_not_add(world: World, browser: Browser):
    technician, stranger = world.user("technician"), world.user("technician")
    visit, elsewhere = world.make(lambda: planned(technician)), make_device(world)
    browser.sign_in(technician)
    send(browser, visit, "start")
    for name, data in (
        ("device", {}),
        ("device", {"make": "  "}),
        ("device", {"make": "x" * 81}),
        ("device", {"make": "A", "kind": "spaceship"}),
        ("device", {"make": "A", "installed_on": "hier"}),
        ("kept", {}),
        ("kept", {"device": elsewhere}),
        ("kept", {"device": "x"}),
    ):
        assert send(browser, visit, name, **data).json["state"] in {"refused", "conflict"}, (name, data)
    assert works(world) == []
    browser.sign_in(stranger)
    assert send(browser, visit, "device", make="A").status_code == 404
    assert world.read(lambda: db.session.scalars(select(Equipment.id)).all()) == [elsewhere]


def test_what_was_found_on_the_device_before_is_told(world: World, browser: Browser):
    technician = world.user("technician")

    def build() -> Visit:
        visit = planned(technician)
        device = Equipment(site=visit.case.site)
        earlier = start("job", make_user("office").actor, visit.case.client)
        earlier.visits[0].findings = "Courroie usée."
        db.session.add_all([EquipmentWork(equipment=device, case=case) for case in (visit.case, earlier.case)])
        db.session.flush()
        return visit

    visit = world.make(build)
    told = world.read(lambda: snapshot_of(db.session, db.session.get_one(Visit, visit))["work"]["devices"])
    assert told == [{"fr_CA": "Thermopompe", "en_CA": "Heat pump", "serial": None, "upkeep": False}]
    assert "Courroie usée." in browser.sign_in(technician).get(f"/field/visits/{visit}").get_data(as_text=True)
