"""What stands between the server and the application: the proxy, the probes, the static files."""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from sercom.upkeep.health import Health

#: A year. Not for the subdomains: they are the company's other sites.
STRICT_TRANSPORT = "max-age=31536000"


def init_app(app: Flask) -> None:
    """Wrap the application. Order: the proxy's word first, then probes, then files, then pages."""
    files = WhiteNoise(
        app.wsgi_app,
        autorefresh=app.debug,
        allow_all_origins=False,
        # The address holds the content's digest. While a page is being made, files change under one address.
        immutable_file_test=lambda _path, _url: not app.debug,
        max_age=0,
        add_headers_function=_headers_of(app),
    )
    files.add_files(app.static_folder, static_prefix(app))
    wrapped: Any = Health(app, files)
    if app.config["BEHIND_PROXY"]:
        # The proxies that write the client's address and the scheme; the host is the one that was asked for.
        wrapped = ProxyFix(wrapped, x_for=app.config["PROXY_HOPS"], x_proto=1, x_host=0)
    app.wsgi_app = wrapped  # type: ignore[method-assign]  # as Flask documents it


def static_prefix(app: Flask) -> str:
    """Where the static files are: ``/static/<digest>``, so that style sheets find their fonts beside them."""
    return f"{app.static_url_path}/{_digest(str(app.static_folder))}"


def _headers_of(app: Flask) -> Callable[[Headers, str, str], None]:
    def add(headers: Headers, _path: str, _url: str) -> None:
        headers["X-Content-Type-Options"] = "nosniff"
        if app.config["PRODUCTION"]:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT

    return add


@lru_cache
def _digest(folder: str) -> str:
    """All static files in twelve letters: another version is another address."""
    digest = hashlib.sha256()
    for path in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
