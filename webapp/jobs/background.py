"""What the background threads of a web process have in common: started after the fork, ended with the process."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

from flask import Flask

from storage.database import db

_log = logging.getLogger(__name__)


class BackgroundThread(ABC):
    """One thread beside the requests; several processes may each run one of a kind."""

    name: ClassVar[str]
    ends_within_seconds: ClassVar[float | None] = None
    """How long `stop` waits for what is in hand; None: until it is done."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def start(self) -> None:
        """Begin; call it after a fork, never before."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end, and wait for it, `ends_within_seconds` at most."""
        self._stop.set()
        self._thread.join(timeout=self.ends_within_seconds)

    @abstractmethod
    def _run(self) -> None:
        """Work until `_stop` is set."""

    def _guarded(self, step: Callable[[], bool]) -> bool:
        """Return what a step in the app's context returns; False when it fails, which is logged and rolled back."""
        with self._app.app_context():
            try:
                return step()
            except Exception:  # noqa: BLE001 - the border of the thread
                # The thread outlives any one failure (a locked database, say), and tries again.
                _log.exception("%s: a step failed", self.name)
                db.session.rollback()
                return False
