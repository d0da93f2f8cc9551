"""The list of outgoing hosts: what it allows, and what is refused where the socket is made."""

import smtplib
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import network
from storage.errors import NotAHost, OutgoingConnectionRefused
from storage.network import AllowedHost, Gate, allow_outgoing
from webapp.settings import Settings, SettingsError, read_settings

ROOT = Path(__file__).resolve().parents[2]


def gate(*entries: str) -> Gate:
    return Gate(AllowedHost.read(entry) for entry in entries)


@pytest.fixture
def closed() -> Iterator[None]:
    """Nothing but this machine, for one test; afterwards the list that was there."""
    before = network._gate.allowed if network._gate else ()
    allow_outgoing(())
    yield
    allow_outgoing(before)


@pytest.mark.parametrize(
    ("entry", "name", "port"),
    [
        ("mail.example.com", "mail.example.com", 0),
        (" Mail.Example.com.:587 ", "mail.example.com", 587),
        ("*.hf.co", "*.hf.co", 0),
        ("192.0.2.7:443", "192.0.2.7", 443),
        ("2001:db8::7", "2001:db8::7", 0),
        ("[2001:db8::7]:443", "2001:db8::7", 443),
    ],
)
def test_an_entry_is_a_host_with_or_without_a_port(entry: str, name: str, port: int) -> None:
    assert AllowedHost.read(entry) == AllowedHost(name, port)


@pytest.mark.parametrize(
    "entry", ["", "*", "https://example.com", "a b", "host:", "host:70000", "host:ssh", "a..b", "é.fr"]
)
def test_an_entry_that_is_no_host_stops_the_start(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    with pytest.raises(NotAHost, match="write names"):
        AllowedHost.read(entry)
    monkeypatch.setenv("OUTGOING_HOSTS", f"example.com,{entry or ';'}")
    with pytest.raises(SettingsError, match="OUTGOING_HOSTS"):
        read_settings(_env_file=None)


@pytest.mark.parametrize(
    "address", [("127.0.0.1", 5000), ("127.9.9.9", 1), ("::1", 5, 0, 0), ("::ffff:127.0.0.1", 5, 0, 0)]
)
def test_this_machine_is_always_allowed(address: tuple[str, int]) -> None:
    gate().check_address(address)
    gate().check_address("/run/a-socket-file")
    for name in ("localhost", "", None, socket.gethostname()):
        gate().check_name(name)


@pytest.mark.parametrize("address", [("192.0.2.7", 443), ("2001:db8::7", 443, 0, 0), ("169.254.169.254", 80)])
def test_any_other_address_is_refused_and_the_setting_named(address: tuple[str, int]) -> None:
    with pytest.raises(OutgoingConnectionRefused, match="OUTGOING_HOSTS") as refused:
        gate("example.com").check_address(address)
    assert address[0] in str(refused.value)


def test_a_name_off_the_list_is_not_even_looked_up() -> None:
    shut = gate("example.com", "*.hf.co")
    assert shut.check_name("EXAMPLE.com.") == "example.com"
    assert shut.check_name(b"cdn.hf.co") == "cdn.hf.co"
    for name in ("evil-example.com", "sub.example.com", "hf.co", "evilhf.co", "example.com.evil.net"):
        with pytest.raises(OutgoingConnectionRefused, match=name):
            shut.check_name(name)


def test_an_allowed_name_allows_its_addresses_on_its_port_alone() -> None:
    opened = gate("mail.example.com:587")
    opened.remember("mail.example.com", ["192.0.2.7"])
    opened.check_address(("192.0.2.7", 587))
    opened.check_address(("::ffff:192.0.2.7", 587, 0, 0))
    for address in (("192.0.2.7", 25), ("192.0.2.8", 587)):
        with pytest.raises(OutgoingConnectionRefused):
            opened.check_address(address)


@pytest.mark.usefixtures("closed")
def test_python_itself_refuses_a_forbidden_connection() -> None:
    with pytest.raises(OutgoingConnectionRefused, match=r"shop\.example"):
        urllib.request.urlopen("http://shop.example/", timeout=5)
    with pytest.raises(OutgoingConnectionRefused, match=r"mail\.example"):
        smtplib.SMTP("mail.example", 25, timeout=5)
    with pytest.raises(OutgoingConnectionRefused, match=r"shop\.example"):
        socket.gethostbyname("shop.example")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, pytest.raises(OutgoingConnectionRefused):
        datagrams.sendto(b"x", ("192.0.2.7", 53))


def test_the_list_holds_in_a_process_of_the_shop_and_lets_allowed_names_through(tmp_path: Path) -> None:
    # Without the tests' own guard; the name is allowed and looked up, and an address that it has not is refused.
    program = """
import pathlib, socket, sys
from storage import network
network._look_up = lambda host, port, *rest, **more: [(2, 1, 6, "", ("192.0.2.7", port))]
from webapp import create_app
from webapp.settings import Settings
folder = pathlib.Path(sys.argv[1])
create_app(Settings(_env_file=None, demo=True, instance_dir=folder, outgoing_hosts="example.com:443"))
assert socket.getaddrinfo("example.com", 443)
from storage.errors import OutgoingConnectionRefused
for address in (("192.0.2.7", 80), ("192.0.2.9", 443)):
    try:
        socket.socket().connect(address)
    except OutgoingConnectionRefused as refused:
        print(refused.host)
one = socket.socket()
one.settimeout(0.01)
try:
    one.connect(("192.0.2.7", 443))
except OSError:
    print("tried")
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["192.0.2.7:80", "192.0.2.9:443", "tried"], done.stderr


def test_the_hosts_of_databases_letters_blobs_and_keys_need_no_entry(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        demo=True,
        instance_dir=tmp_path,
        shop_database_url="postgresql://u:p@db.internal:5433/shop",
        mail_url="smtp://u:p@mail.example.com:587",
        key_service="azure:https://shop.vault.azure.net/keys/master",
        outgoing_hosts="hub.example",
    )
    opened = Gate(settings.allowed_hosts)
    for name in ("db.internal", "mail.example.com", "shop.vault.azure.net", "login.microsoftonline.com", "hub.example"):
        assert opened.check_name(name) == name
    with pytest.raises(OutgoingConnectionRefused):
        opened.check_name("other.vault.azure.net")


def test_by_default_no_host_is_allowed(tmp_path: Path) -> None:
    assert Settings(_env_file=None, demo=True, instance_dir=tmp_path).allowed_hosts == []
