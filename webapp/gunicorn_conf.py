"""The web server's configuration: `gunicorn -c webapp/gunicorn_conf.py wsgi:app`."""

from typing import Any

from webapp.logs import ACCESS_LINE, clean_logs
from webapp.settings import read_settings
from webapp.stores_apart import refuse_stores_together
from webapp.wiring import Wiring

_settings = read_settings()
# Here, before any worker: a missing key ends the server with one line instead of workers that die and are replaced.
_wiring = Wiring(_settings)
clean_logs(_wiring.session_secret())
_ = _wiring.mailer, _settings.site
refuse_stores_together(_settings)

bind = _settings.bind
workers = _settings.web_workers
threads = _settings.web_threads
worker_class = "gthread"
# Inference libraries start threads of their own; a fork after that hangs: every worker loads its own models.
preload_app = False
# Its control socket lies in the home folder, one for all shops of a user.
control_socket_disable = True
timeout = 60
graceful_timeout = 20
accesslog = "-" if _settings.access_log else None
access_log_format = ACCESS_LINE


def post_worker_init(worker: Any) -> None:
    """Start the background threads in the worker, after the fork."""
    from webapp.jobs.audit_relay import AuditRelay
    from webapp.jobs.erasure_worker import ErasureWorker
    from webapp.jobs.lanes import EditWorker, FeedWorker
    from webapp.jobs.worker import JobWorker

    worker.background = []
    for kind in (JobWorker, AuditRelay, ErasureWorker, FeedWorker, EditWorker):
        thread = kind(worker.app.callable)
        thread.start()
        worker.background.append(thread)


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the job in hand reach its next step before the process ends."""
    # A worker that ends before it served has none.
    for thread in getattr(worker, "background", ()):
        thread.stop()
