"""Fixtures of all tests."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.needs import shared_data
from tests.small_models import save_open_clip

# A busy machine is no failure: speed is measured by the benchmarks.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


@pytest.fixture
def fashion_data() -> Path:
    """The folder of the shared data sets."""
    return shared_data()


@pytest.fixture(scope="session")
def open_clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small CLIP in open_clip's folder format; copy it, do not change it."""
    return save_open_clip(tmp_path_factory.mktemp("models") / "small-clip")
