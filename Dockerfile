# Debian 13 brings pg_dump 17 for `flask backup`: it must not be older than the server.
FROM python:3.11-slim-trixie

RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 sercom

WORKDIR /srv/sercom
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .

# TLS ends before the container; BEHIND_PROXY says that what stands there writes X-Forwarded-For and -Proto.
ENV SERCOM_ENV=production BEHIND_PROXY=1 FLASK_APP=app.py PORT=8000 PYTHONUNBUFFERED=1
USER sercom
EXPOSE 8000
HEALTHCHECK --start-period=20s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=3)"]
# The release line is idempotent: a container that starts brings its database up to date.
CMD ["sh", "-c", "flask db upgrade && flask bootstrap && exec gunicorn --config gunicorn.conf.py app:app"]
