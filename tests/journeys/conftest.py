"""A small real shop: migrated databases, drawn products, the embedded models, an index."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories import demo_settings
from webapp import create_app
from webapp.demo_accounts import DemoAccount, demo_accounts

PRODUCTS = 48
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def seeded_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with drawn products, looks, accounts and an index; copy it, do not change it."""
    from tests.factories import seed_small_shop

    instance = tmp_path_factory.mktemp("seeded") / "instance"
    app = create_app(demo_settings(instance))
    seed_small_shop(app, products=PRODUCTS)
    return instance


@pytest.fixture
def instance(seeded_instance: Path, tmp_path: Path) -> Path:
    """A copy of the small shop for one test."""
    return Path(shutil.copytree(seeded_instance, tmp_path / "instance"))


@pytest.fixture
def app(instance: Path) -> Flask:
    """The application of this test's shop."""
    return create_app(demo_settings(instance))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without a browser."""
    return app.test_client()


@dataclass(frozen=True)
class LiveShop:
    """A shop served by gunicorn on loopback."""

    url: str
    instance: Path
    accounts: dict[str, DemoAccount]


@pytest.fixture
def live_shop(instance: Path) -> Iterator[LiveShop]:
    """The small shop behind the real web server, with its background worker, for one test."""
    with serve(instance) as shop:
        yield shop


@pytest.fixture(scope="module")
def open_shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveShop]:
    """The same for all tests of a module: for visitors who do not mind each other."""
    copy = tmp_path_factory.mktemp("open") / "instance"
    with serve(Path(shutil.copytree(seeded_instance, copy))) as shop:
        yield shop


@contextmanager
def serve(instance: Path, *, log: Path = Path(os.devnull), **settings: str) -> Iterator[LiveShop]:
    """Serve an instance folder with gunicorn on a free port until the block ends; all that it prints goes to `log`."""
    port = free_port()
    environment = {
        "DEMO": "1",
        "INSTANCE_DIR": str(instance),
        "BIND": f"127.0.0.1:{port}",
        "WEB_WORKERS": "1",
        "OMP_NUM_THREADS": "1",
        "PATH": "/usr/bin:/bin",
    } | settings
    command = [sys.executable, "-m", "gunicorn", "-c", "webapp/gunicorn_conf.py", "wsgi:app"]
    with log.open("ab") as printed:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=printed, stderr=printed)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(f"{url}/healthz", server)
        accounts = {account.role: account for account in demo_accounts(demo_settings(instance))}
        yield LiveShop(url, instance, accounts)
    finally:
        server.terminate()
        server.wait(timeout=30)


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def csrf_token(page: str) -> str:
    """Return the CSRF token of a rendered page's first form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "the page has no form with a CSRF token"
    return found[1]


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(150):
        assert server.poll() is None, "the web server ended at its start"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{url} did not answer in 30 seconds")
