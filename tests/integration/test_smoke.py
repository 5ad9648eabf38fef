from tests.support import Browser, World, convert, give, make_user, start


def test_job_to_invoice(context):
    actor = make_user("office").actor
    job = start("job", actor)
    invoice = convert(job, "invoice", actor)
    give("issue", invoice, actor)
    assert invoice.number == "F-000001"
    assert str(invoice.total) == "114.98"


def test_http(world: World, browser: Browser):
    user = world.user("office")
    job = world.document("job")
    browser.sign_in(user)
    page = browser.get(f"/admin/jobs/details/?id={job}")
    assert page.status_code == 200
    hidden = browser.form(f"/admin/jobs/{job}/convert/invoice")
    made = browser.post(f"/admin/jobs/{job}/convert/invoice", hidden)
    assert made.status_code == 302, made.get_data(as_text=True)
    again = browser.post(f"/admin/jobs/{job}/convert/invoice", hidden)
    assert again.status_code == 302
    assert again.location == made.location
