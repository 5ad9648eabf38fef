"""Equipment: when its maintenance is due, what makes it under way, one job for one address, its sticker."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from sercom.core import clock
from sercom.core.base import db
from sercom.core.errors import ConflictError, DomainError, ForbiddenError
from sercom.entities.equipment import stickers
from sercom.entities.equipment.model import Equipment, Upkeep, find_by_sticker
from sercom.entities.equipment.stage import EquipmentStage as Stage
from sercom.entities.users.model import Language
from sercom.models import Job, JournalEntry, ServiceRequest
from sercom.output import sticker
from sercom.privacy import erasing
from sercom.workflow import merging, unmerging, upkeep
from sercom.workflow.needs import RepeatForm
from tests.papers import pages_of
from tests.support import day, give, make_client, make_user, start


@pytest.fixture
def office(context):
    return make_user("office").actor


def device(client=None, **columns) -> Equipment:
    """A device that is maintained every year, in the open session."""
    site = (client or make_client()).sites[0]
    row = Equipment(**({"site": site, "make": "Daikin", "model": "FTX12", "upkeep": Upkeep.YEARLY} | columns))
    db.session.add(row)
    db.session.flush()
    return row


def stage(row: Equipment) -> tuple[Stage, date | None]:
    """Where its maintenance stands, and its next day, read anew."""
    db.session.flush()
    rows = select(Equipment).where(Equipment.id == row.id).options(undefer(Equipment.stage), undefer(Equipment.done_at))
    found = db.session.scalars(rows.execution_options(populate_existing=True)).one()
    return found.stage, found.due_on


def work_on(row: Equipment, office, on: datetime, *, kept: bool = True) -> Job:
    """A job about it, visited and finished at a moment."""
    with clock.at(on):
        job = start("job", office, row.site.client)
        upkeep.concern(db.session, job.case, row, office, upkeep=kept)
        visit = job.visits[0]
        told = {"starts_at": on, "ends_at": on + timedelta(hours=1), "person": make_user("technician")}
        give("schedule", visit, office, **told)
        give("start", visit, office)
        give("finish", visit, office)
        db.session.flush()
    return job


@pytest.mark.parametrize(
    ("upkeep", "since", "due"),
    [
        (Upkeep.QUARTERLY, date(2026, 11, 30), date(2027, 2, 28)),
        (Upkeep.TWICE_A_YEAR, date(2026, 8, 31), date(2027, 2, 28)),
        (Upkeep.YEARLY, date(2028, 2, 29), date(2029, 2, 28)),
        (Upkeep.EVERY_TWO_YEARS, date(2026, 3, 31), date(2028, 3, 31)),
    ],
)
def test_months_are_of_their_own_length(upkeep, since, due):
    assert upkeep.after(since) == due
    assert upkeep.after(upkeep.before(due)) <= due < upkeep.after(upkeep.before(due) + timedelta(days=1))
    assert upkeep.before(due) >= since  # what was done that day is due that day


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"upkeep": None}, Stage.UNKEPT),
        ({"upkeep_from": day(-400)}, Stage.DUE),
        ({"installed_on": day(-400)}, Stage.DUE),
        ({"installed_on": day(-1400), "upkeep_from": day(-100)}, Stage.KEPT),
        ({"upkeep_from": Upkeep.YEARLY.before(day())}, Stage.DUE),
        ({"upkeep_from": Upkeep.YEARLY.before(day()) + timedelta(days=1)}, Stage.SOON),
        ({"upkeep_from": Upkeep.YEARLY.before(day(30))}, Stage.SOON),
        ({"upkeep_from": Upkeep.YEARLY.before(day(30)) + timedelta(days=1)}, Stage.KEPT),
        ({"upkeep": Upkeep.QUARTERLY, "upkeep_from": day(-100)}, Stage.DUE),
        ({}, Stage.KEPT),  # nothing is known: counted from today
        ({"upkeep_from": day(-400), "removed_on": day(-1)}, Stage.REMOVED),
    ],
)
def test_where_maintenance_stands(context, columns, expected):
    row = device(**columns)
    found, due = stage(row)
    assert found is expected
    assert (due is not None) == (expected not in {Stage.UNKEPT, Stage.REMOVED})
    assert due is None or (due <= day()) == (expected is Stage.DUE)


def test_what_is_done_counts_and_a_repair_does_not(office):
    row = device(upkeep_from=day(-800))
    at = clock.from_company(day(-40), time(23, 30))  # another day already in UTC
    work_on(row, office, at, kept=False)
    assert stage(row)[0] is Stage.DUE
    work_on(row, office, at)
    assert stage(row) == (Stage.KEPT, Upkeep.YEARLY.after(day(-40)))
    row.upkeep_from = day(-5)  # somebody else did it since
    assert stage(row) == (Stage.KEPT, Upkeep.YEARLY.after(day(-5)))


def test_nobody_who_was_anonymised_waits_for_maintenance(office):
    row = device(upkeep_from=day(-400))
    assert [one.site for one in upkeep.due(db.session)] == [row.site]
    erasing.anonymise(db.session, row.site.client, make_user("owner").actor)
    assert upkeep.due(db.session) == upkeep.due(db.session, day(400)) == []


@pytest.mark.parametrize("as_request", [False, True])
def test_one_click_makes_one_document_of_an_address(office, as_request):
    client = make_client(language=Language.ENGLISH)
    rows = [device(client, upkeep_from=day(-400)), device(client, upkeep_from=day(-340), make="Giant")]
    other = device(upkeep_from=day(-500))
    waiting = upkeep.due(db.session)
    assert [(one.site, list(one.devices)) for one in waiting] == [(other.site, [other]), (client.sites[0], rows)]
    assert waiting[1].day == Upkeep.YEARLY.after(day(-400))
    made = upkeep.plan(db.session, [row.id for row in rows], office, as_request=as_request)
    assert type(made) is (ServiceRequest if as_request else Job)
    assert (made.client, made.case.site) == (client, client.sites[0])
    assert made.title == "Maintenance: Heat pump Daikin FTX12, Heat pump Giant FTX12"
    assert {work.equipment: work.is_upkeep for work in upkeep.works_of(db.session, made.case_id)} == dict.fromkeys(
        rows, True
    )
    assert [stage(row)[0] for row in rows] == [Stage.PLANNED, Stage.PLANNED]
    assert [one.site for one in upkeep.due(db.session)] == [other.site]
    with pytest.raises(ConflictError):  # pressed twice
        upkeep.plan(db.session, [row.id for row in rows], office)
    if as_request:
        give("close", made, office, reason="lost")
    else:
        give("cancel", made, office)
    assert [stage(row)[0] for row in rows] == [Stage.DUE, Stage.SOON]


def test_what_cannot_be_planned(office):
    row, other, unkept = device(), device(), device(upkeep=None)
    for ids in ([], [10**6], [row.id, other.id]):
        with pytest.raises(DomainError):
            upkeep.plan(db.session, ids, office)
    with pytest.raises(ConflictError):
        upkeep.plan(db.session, [unkept.id], office)
    with pytest.raises(ForbiddenError):
        upkeep.plan(db.session, [row.id], make_user("technician").actor)
    made = upkeep.plan(db.session, [row.id], office)  # ahead of its time: nothing speaks against it
    form = RepeatForm()
    form.about(made)
    assert (form.every.data, form.unit.data.value) == (1, "YEARLY")


def test_a_case_is_about_what_was_chosen_once(office):
    row, other = device(), device()
    case = start("request", office, row.site.client).case
    upkeep.concern(db.session, case, row, office)
    upkeep.concern(db.session, case, row, office, upkeep=True)
    assert [work.is_upkeep for work in upkeep.works_of(db.session, case.id)] == [True]
    upkeep.set_concerned(db.session, case, office, [row, other])
    assert {w.equipment: w.is_upkeep for w in upkeep.works_of(db.session, case.id)} == {row: False, other: False}
    upkeep.set_concerned(db.session, case, office, [])
    assert upkeep.works_of(db.session, case.id) == []
    told = db.session.scalars(select(JournalEntry).where(JournalEntry.event == "concerned").order_by(JournalEntry.id))
    assert [entry.changes["equipment"] for entry in told] == [
        *[[None, "Daikin FTX12"]] * 2,
        *[["Daikin FTX12", None]] * 2,
    ]


def test_devices_follow_a_merge_and_its_undoing(office):
    stayer, other = make_client(), make_client()  # the same address
    other.sites.append(type(other.sites[0])(street="9, rue Neuve", city="Laval", postal_code="H7L 1M3"))
    db.session.flush()
    here, there = device(other), device(other, site=other.sites[1])
    sites = here.site_id, there.site_id
    made = merging.merge(db.session, stayer.id, other.id, office)
    assert (here.site_id, there.site.client_id) == (stayer.sites[0].id, stayer.id)
    unmerging.undo(db.session, made, office)
    assert (here.site_id, there.site_id, there.site.client_id) == (*sites, other.id)


# --- stickers -------------------------------------------------------------------------------------


def test_a_sticker_opens_its_device_until_it_is_replaced(context):
    row, other = device(), device()
    token = row.token
    assert find_by_sticker(db.session, token) is row
    tag = token.partition("-")[2]
    for forged in ("", "x", f"{other.id}-{tag}", f"{row.id}-", f"{row.id}-{tag[:-1]}", f"{'9' * 30}-{tag}"):
        assert find_by_sticker(db.session, forged) is None
    row.nonce = "another"
    assert find_by_sticker(db.session, token) is None


def test_a_sticker_says_nothing_of_whose_it_is(context):
    client = make_client("Aïcha Benoît", email="aicha@example.org", language=Language.ENGLISH)
    row = device(client, serial="SN-4471", place="Chambre d’Aïcha")
    (text,) = pages_of(stickers.pdf(db.session, [row]))
    assert row.number in text
    assert "Daikin" in text
    assert "Service? Scan this code." in text
    for secret in ("Aïcha", "Sainte-Rose", "H7L", "5550110", "555-0110", "SN-4471"):
        assert secret not in text


def test_stickers_fill_the_sheet_from_the_first_free_label(context):
    label = sticker.Label("https://example.org/a/1-x", "Boréale", "450 555-0100", "Thermopompe", "E-0001", ("Oui.",))
    for count, first, pages in ((1, 1, 1), (10, 1, 1), (11, 1, 2), (2, 10, 2)):
        assert len(pages_of(sticker.to_pdf([label] * count, on_sheets=True, first=first))) == pages
    long = sticker.Label("https://example.org/" + "a" * 200, "X" * 300, "", "Y " * 200, "E-0001", ("Z" * 300,))
    assert "E-0001" in pages_of(sticker.to_pdf([long]))[0]


def test_the_code_is_the_one_that_a_camera_read():
    """These modules were read back by OpenCV's detector; another library or setting must be read anew."""
    modules = sticker.matrix("https://demande.example.ca/a/8-SBKozTGO8i3S-KwkWwzMMi8A7eAob8yA5-8mlHLA4yo")
    assert sha256(repr(modules).encode()).hexdigest().startswith("791dc03d1b851ef1998ed90ed2101dc3")
