"""How the server runs: threads for waiting clients, few processes, a clean end."""

from typing import Any

from sercom.config import server_settings
from sercom.logs import MaskedLogger

settings = server_settings()
workers = settings.workers
worker_class = "sercom.worker.DrainingWorker"
threads = 16
preload_app = True
timeout = 20
graceful_timeout = 20
accesslog = settings.accesslog
access_log_format = "%(h)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
logger_class = MaskedLogger
control_socket_disable = True


def post_fork(_server: Any, worker: Any) -> None:
    """Start this process's own mail worker: a thread of the master's would not be here."""
    from app import app
    from sercom.entities.delivery.worker import Worker

    worker.outbox = Worker(app)
    worker.outbox.start()


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the message that is on its way arrive."""
    if hasattr(worker, "outbox"):
        worker.outbox.stop()
