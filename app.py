"""The WSGI entry point: `gunicorn app:app`, `flask run`."""

from sercom import create_app

app = create_app()
