"""What a client sees: the intake form and its receipt."""

from flask import Flask

from sercom.extensions import csrf


def init_app(app: Flask) -> None:
    """Register the portal; its form is guarded by a signed ticket instead of a cookie."""
    from sercom.portal.views import portal

    csrf.exempt(portal)
    app.register_blueprint(portal)
