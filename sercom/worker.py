"""gunicorn's threaded worker, which loses no request when it is told to end."""

from select import select

from gunicorn.workers.gthread import ThreadWorker


class DrainingWorker(ThreadWorker):
    """Takes what waits at the door when it is told to end, then shuts the door, then finishes its work.

    gunicorn's own leaves the door open and answers nobody: the kernel goes on taking connections,
    and resets them when the process ends. A connection that is refused, a proxy tries elsewhere or again.
    """

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  # gunicorn's signature
        """Called with ``False`` when there are too many connections, and when the worker ends."""
        super().set_accept_enabled(enabled)
        if enabled or self.alive:
            return
        for listener in self.sockets:
            while select([listener], [], [], 0)[0]:
                self.accept(listener)
            listener.close()
