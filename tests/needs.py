"""What some tests need from outside: where it is missing they skip with the reason, and fail when CI=true."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it in CI, because `what` cannot be had."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} (CI must have it)", pytrace=False)
    pytest.skip(what)


def shared_data() -> Path:
    """Return the folder of the shared data sets (environment variable FASHION_DATA)."""
    folder = os.environ.get("FASHION_DATA")
    if not folder or not Path(folder).is_dir():
        missing("FASHION_DATA names no folder: the shared photos are not here")
    return Path(folder)


def chromium() -> str:
    """Return the path of the system's Chromium."""
    path = Path("/usr/bin/chromium")
    if not path.exists():
        missing("/usr/bin/chromium is not installed (scripts/install_test_tools.sh)")
    return str(path)


def exiftool() -> str:
    """Return the path of exiftool, which reads the metadata of any picture."""
    return _tool("exiftool")


def nginx() -> str:
    """Return the path of nginx."""
    return _tool("nginx")


def _tool(name: str) -> str:
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return path or missing(f"{name} is not installed (scripts/install_test_tools.sh)")


def postgresql_programs() -> Path:
    """Return the folder of PostgreSQL's server programs; no shop needs them but one that chose PostgreSQL."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL's server is not installed")
    return found[-1].parent
