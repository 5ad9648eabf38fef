"""The technician's day on a phone, and what the phone sends."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Register its pages; after the sign-in, which says who is there."""
    from sercom.field.offline import offline
    from sercom.field.views import field

    app.register_blueprint(field)
    app.register_blueprint(offline)
