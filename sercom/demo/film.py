"""The photos of the works, drawn by a second thread while the stories go on."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from sercom.demo import pictures
from sercom.demo.works.work import Work
from sercom.entities.files.photos import Photo, make_safe


class Film:
    """At most ``length`` photos, by how the works write them: ``motif number moment caption``."""

    def __init__(self, works: Iterable[Work], length: int) -> None:
        self.pool = ThreadPoolExecutor(1)
        shots = (shot for work in works for shot in (*work.photos, *work.work_photos))
        self._drawn: dict[str, Future[Photo]] = {shot: self.pool.submit(_take, shot) for shot in islice(shots, length)}

    def get(self, shot: str) -> Photo | None:
        """The photo; nothing where the film was too short for it."""
        return self._drawn[shot].result() if shot in self._drawn else None

    def close(self) -> None:
        """Nothing more will be drawn."""
        self.pool.shutdown(cancel_futures=True)


def _take(shot: str) -> Photo:
    motif, number, *_rest = shot.split(" ")
    return make_safe(pictures.draw(motif, int(number)))
