"""A training run leaves its parameters and figures in MLflow's local store, and goes on there when resumed."""

import importlib.util
from collections.abc import Iterator

import pytest

from tests.needs import missing
from training.tracking import logged_run


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One store for all: MLflow takes its time to make the tables."""
    if importlib.util.find_spec("mlflow") is None:
        missing("mlflow is not installed")
    uri = f"sqlite:///{tmp_path_factory.mktemp('log') / 'runs.db'}"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MLFLOW_TRACKING_URI", uri)
        yield uri


def test_a_resumed_run_goes_on_in_the_same_log(store: str) -> None:
    from mlflow import MlflowClient

    with logged_run("encoder", {"minutes": 5, "seed": 2}, resume=False) as log:
        log.metrics({"loss": 3.5}, step=20)
    with logged_run("encoder", {"minutes": 9, "seed": 2}, resume=True) as log:
        log.metrics({"loss": 2.5}, step=40)

    client = MlflowClient(store)
    (run,) = client.search_runs([client.get_experiment_by_name("encoder").experiment_id])
    assert run.data.params == {"minutes": "5", "seed": "2"}
    assert [(one.step, one.value) for one in client.get_metric_history(run.info.run_id, "loss")] == [
        (20, 3.5),
        (40, 2.5),
    ]
    assert run.info.status == "FINISHED"


def test_a_run_that_breaks_off_is_logged_as_failed(store: str) -> None:
    from mlflow import MlflowClient

    with pytest.raises(ZeroDivisionError), logged_run("segmenter", {}, resume=False):
        raise ZeroDivisionError

    client = MlflowClient(store)
    (run,) = client.search_runs([client.get_experiment_by_name("segmenter").experiment_id])
    assert run.info.status == "FAILED"


def test_without_mlflow_a_run_says_once_that_nothing_is_logged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with logged_run("encoder", {"minutes": 5}, resume=False) as log:
        log.metrics({"loss": 1.0}, step=1)
    assert capsys.readouterr().out.count("logged nowhere") == 1
