"""Servers that contract suites run on."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.needs import postgresql_programs


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server of this module's own, on loopback."""
    programs, folder = postgresql_programs(), Path("/tmp") / f"fashion-insta-postgresql-{os.getpid()}"
    folder.mkdir(mode=0o700)
    # The server refuses to run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = [*as_user, programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "shop", "-N"]
    subprocess.run(run, check=True, cwd="/", stdout=subprocess.DEVNULL)
    options = f"-F -h 127.0.0.1 -p {port} -k {folder}"
    control = [*as_user, programs / "pg_ctl", "-D", folder / "data", "-w"]
    subprocess.run(
        [*control, "-o", options, "-l", folder / "log", "start"], check=True, cwd="/", stdout=subprocess.DEVNULL
    )
    try:
        yield f"postgresql+psycopg://shop@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd="/", stdout=subprocess.DEVNULL)
        shutil.rmtree(folder)
