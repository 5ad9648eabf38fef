"""What makes the pages stay readable without a network: the service worker, and what a phone installs.

Both are asked for by the browser itself, and tell nothing of anybody: they need no sign-in.
"""

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, url_for
from flask_babel import gettext as _

from sercom.core import formats
from sercom.serving import static_prefix
from sercom.templating import asset

offline = Blueprint("field_offline", __name__, url_prefix="/field")
#: What every page of the field is drawn with, kept from the first visit on.
FILES = (
    *(f"css/{name}.css" for name in ("tokens", "base", "components", "forms", "field")),
    *(f"js/{name}.js" for name in ("field-queue", "field", "field-keep", "shrink", "glass", "field-proof")),
    "vendor/signature_pad.js",
    *(f"vendor/plex-{weight}.woff2" for weight in ("regular", "medium", "semibold")),
    *("vendor/icons.svg", "icon.svg"),
)


@offline.get("/sw.js")
def worker() -> Response:
    """The service worker: told where things are, then its own text."""
    told = {
        "field": url_for("field.index"),
        "never": [url_for("field.token"), url_for(".worker"), url_for(".manifest")],
        "static": url_for("static", filename="").rstrip("/") + "/",
        "version": static_prefix(current_app).rpartition("/")[2],
        "files": [asset(name) for name in FILES],
        "missing": render_template("field/missing.html"),
    }
    script = Path(current_app.static_folder or "", "js", "field-worker.js").read_text()
    # ``</`` is harmless in a script file; it is escaped for whoever shows it on a page.
    answer = make_response(f"const TOLD = {json.dumps(told)};\n{script}")
    answer.mimetype = "text/javascript"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@offline.get("/manifest.webmanifest")
def manifest() -> Response:
    """What a phone shows when the pages are put on its first screen."""
    icons: list[dict[str, Any]] = [
        {"src": asset(f"icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    told = {
        "name": _("Sercom · my day"),
        "short_name": "Sercom",
        "lang": formats.locale_name().replace("_", "-"),
        "id": url_for("field.index"),
        "start_url": url_for("field.index"),
        "scope": url_for("field.index"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#07465b",
        "icons": [*icons, {**icons[1], "purpose": "maskable"}],
    }
    answer = jsonify(told)
    answer.mimetype = "application/manifest+json"
    answer.headers["Cache-Control"] = "no-cache"
    return answer
