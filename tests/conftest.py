"""Fixtures of all tests."""

from pathlib import Path

import pytest

from tests.needs import shared_data


@pytest.fixture
def fashion_data() -> Path:
    """The folder of the shared data sets."""
    return shared_data()
