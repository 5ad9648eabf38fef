"""How the server runs: threads for waiting clients, few processes, a clean end."""

import os

worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 16
preload_app = True
timeout = 20
graceful_timeout = 20
# The token of a client's link never reaches the log: no query string, no path below a link.
access_log_format = "%(h)s %(m)s %(s)s %(B)s %(M)sms"
control_socket_disable = True
