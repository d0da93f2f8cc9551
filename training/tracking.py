"""Log a training run to MLflow's local store when MLflow is installed; say so once when it is not."""

import importlib.util
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

STORE = Path(__file__).parent / "runs" / "mlflow.db"
"""Look at it with `mlflow ui --backend-store-uri sqlite:///training/runs/mlflow.db` (the whole `mlflow` package)."""


class RunLog(Protocol):
    """Where a run writes its figures."""

    def metrics(self, figures: Mapping[str, float], *, step: int) -> None:
        """Keep the figures of one step."""


class NoLog:
    """Keeps nothing."""

    def metrics(self, figures: Mapping[str, float], *, step: int) -> None:
        """Forget the figures."""


class MlflowLog:
    """One run in MLflow's store. uri: an address that MLflow knows, such as `sqlite:////tmp/runs.db`."""

    def __init__(self, experiment: str, parameters: Mapping[str, object], *, uri: str, resume: bool) -> None:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # nothing about a run leaves the machine
        from mlflow import MlflowClient

        self._client = MlflowClient(tracking_uri=uri)
        known = self._client.get_experiment_by_name(experiment)
        place = known.experiment_id if known else self._client.create_experiment(experiment)
        latest = self._client.search_runs([place], order_by=["start_time DESC"], max_results=1) if resume else []
        self.run_id: str = latest[0].info.run_id if latest else self._client.create_run(place).info.run_id
        self._client.update_run(self.run_id, status="RUNNING")
        if not latest:
            for name, value in parameters.items():
                self._client.log_param(self.run_id, name, value)

    def metrics(self, figures: Mapping[str, float], *, step: int) -> None:
        """Keep the figures of one step."""
        for name, value in figures.items():
            self._client.log_metric(self.run_id, name, value, step=step)

    def finish(self, status: str) -> None:
        """status: FINISHED, or FAILED or KILLED for a run that may be resumed."""
        self._client.set_terminated(self.run_id, status)


@contextmanager
def logged_run(experiment: str, parameters: Mapping[str, object], *, resume: bool) -> Iterator[RunLog]:
    """Open the log of a run; with `resume`, that of the experiment's latest run, whose parameters stay as they were.

    The store is MLFLOW_TRACKING_URI, or STORE when that is not set.
    """
    if importlib.util.find_spec("mlflow") is None:
        print("MLflow is not installed (pip install -e '.[tracking]'): this run is logged nowhere.", flush=True)
        yield NoLog()
        return
    STORE.parent.mkdir(parents=True, exist_ok=True)
    uri = os.environ.get("MLFLOW_TRACKING_URI", f"sqlite:///{STORE}")
    log = MlflowLog(experiment, parameters, uri=uri, resume=resume)
    try:
        yield log
    except BaseException as error:
        log.finish("KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")
        raise
    log.finish("FINISHED")
