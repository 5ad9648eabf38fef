"""The files that platforms read agree with the code: variables, commands, versions."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
#: Set by platforms, or where the product is not in production.
NOT_ASKED_FOR = {
    *("DYNO", "RENDER", "HEROKU_APP_DEFAULT_DOMAIN_NAME", "RENDER_EXTERNAL_HOSTNAME", "DATABASE_URL"),
    *("SERCOM_ENV", "SERCOM_INSTANCE", "SERCOM_DEMO_PASSWORD", "BEHIND_PROXY", "COMPANY_TIMEZONE"),
    *("SECRET_KEY_FALLBACKS", "PROXY_HOPS", "INTAKE_MIN_SECONDS", "INTAKE_BURST", "INTAKE_FLOOD"),
    *("INTAKE_DAILY_PER_ADDRESS", "INTAKE_DAILY_PER_EMAIL", "INTAKE_DAILY_TOTAL"),
}
PROCFILE = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())


def variables() -> set[str]:
    """What ``config.py`` reads: every constant that is written like a variable of the environment and asked for."""
    tree = ast.parse((ROOT / "sercom" / "config.py").read_text())
    found = set()
    for node in ast.walk(tree):
        asked: list[ast.expr] = []
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "env":
            asked = [node.slice]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "env.get":
            asked = node.args[:1]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "_whole":
            asked = node.args[1:2]
        elif isinstance(node, ast.Compare) and ast.unparse(node.comparators[-1]) == "env":
            asked = [node.left]
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).startswith("PLATFORM"):
            asked = list(node.value.elts) if isinstance(node.value, ast.Tuple) else []
        found |= {name.value for name in asked if isinstance(name, ast.Constant)}
    return {str(name) for name in found}


def test_the_environment_is_read_in_one_place():
    readers = [
        path.relative_to(ROOT).as_posix()
        for path in (*(ROOT / "sercom").rglob("*.py"), ROOT / "gunicorn.conf.py", ROOT / "app.py")
        if re.search(r"\b(os\.environ|getenv)\b", path.read_text())
    ]
    assert readers == ["sercom/config.py"]


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_every_variable_is_explained(name: str):
    table = [line.split("|") for line in (ROOT / name).read_text().splitlines() if line.startswith("| `")]
    explained = {word for row in table for word in re.findall(r"`([A-Z_]{4,})`", row[1])}
    platforms = {"DYNO", "RENDER", "HEROKU_APP_DEFAULT_DOMAIN_NAME", "RENDER_EXTERNAL_HOSTNAME"}
    assert explained == (variables() - platforms) | {"PORT"}


def test_the_platforms_ask_for_what_production_needs():
    asked = json.loads((ROOT / "app.json").read_text())["env"]
    assert set(asked) == variables() - NOT_ASKED_FOR
    assert {name for name, field in asked.items() if field.get("generator") == "secret"} == {
        "SECRET_KEY",
        "SECURITY_PASSWORD_SALT",
    }
    blueprint = (ROOT / "render.yaml").read_text()
    assert set(re.findall(r"- key: (\w+)", blueprint)) == set(asked) | {"DATABASE_URL"}


def test_every_platform_releases_and_serves_alike():
    blueprint, container = (ROOT / "render.yaml").read_text(), (ROOT / "Dockerfile").read_text()
    assert f"preDeployCommand: {PROCFILE['release']}\n" in blueprint
    assert f"startCommand: {PROCFILE['web']}\n" in blueprint
    assert f"{PROCFILE['release'].replace(' --app app', '')} && exec {PROCFILE['web']}" in container


def test_one_version_of_python():
    version = (ROOT / ".python-version").read_text().strip()
    assert f"FROM python:{version}-" in (ROOT / "Dockerfile").read_text()


def test_a_container_is_given_what_runs_and_nothing_else():
    given = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert all((ROOT / name).exists() for name in given)
    assert {"app.py", "gunicorn.conf.py", "migrations", "sercom", "static", "templates", "translations"} <= given
