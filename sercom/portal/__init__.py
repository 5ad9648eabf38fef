"""What a client sees: the intake form and its receipt."""

from flask import Flask

from sercom.extensions import csrf


def init_app(app: Flask) -> None:
    """Register the portal; its form is guarded by a signed ticket instead of a cookie."""
    from sercom.portal.choices import choices
    from sercom.portal.feed import feeds
    from sercom.portal.guards import refuse_flood
    from sercom.portal.hub import hub
    from sercom.portal.pages import portal
    from sercom.portal.photos import photos
    from sercom.portal.quotes import answers
    from sercom.portal.writing import links

    #: No cookie: nothing that another site could ride on.
    for blueprint in (portal, photos, links, answers, hub, choices, feeds):
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_flood)  # ahead of what reads the body
