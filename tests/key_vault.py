"""A stand-in for Azure Key Vault on loopback: its REST for one RSA key, over TLS, with real RSA keys."""

import base64
import datetime
import ipaddress
import json
import re
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from azure.core.credentials import AccessToken
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from privacy.azure_key_vault import AzureKeyVault

TOKEN = "a token of the tests"
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


@dataclass
class VaultKey:
    """The versions of the one key that the stand-in keeps; `asked` are the operations in order."""

    name: str = "master"
    versions: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    forbidden: bool = False
    """Refuse everything, as a vault does that the application's identity may not use."""

    def add(self) -> str:
        version = secrets.token_hex(16)
        self.versions[version] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return version


class StaticCredential:
    """What azure-identity would fetch from a log-in server."""

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken(TOKEN, 4_000_000_000)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        self._answer()

    do_POST = do_PATCH = do_GET

    def log_message(self, *_words: Any) -> None:
        return

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._challenge()
        elif self.server.key.forbidden:
            self._send(403, _error("Forbidden", "the caller lacks the permission"))
        else:
            self._send(*self._operation(json.loads(body or b"{}")))

    def _operation(self, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        key, path = self.server.key, self.path.partition("?")[0]
        found = re.fullmatch(rf"/keys/{key.name}(?:/([0-9a-z]*))?(?:/(wrapkey|unwrapkey))?/?", path)
        version, operation = (found[1] or "", found[2]) if found else ("", None)
        if found is None or version not in {"", "versions", "rotate", *key.versions}:
            return 404, _error("KeyNotFound", "there is no such key or version")
        key.asked.append(f"{self.command} {operation or version}")
        if version == "versions":
            return 200, {"value": [self._properties(one) for one in key.versions], "nextLink": None}
        if version == "rotate":
            return 200, self._bundle(key.add())
        version = version or list(key.versions)[-1]
        if self.command == "PATCH":
            key.disabled.discard(version) if asked["attributes"]["enabled"] else key.disabled.add(version)
            return 200, self._bundle(version)
        if version in key.disabled:
            return 403, _error("Forbidden", "Operation is not allowed on a disabled key")
        return self._crypt(version, operation, asked) if operation else (200, self._bundle(version))

    def _crypt(self, version: str, operation: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        assert asked["alg"] == "RSA-OAEP-256"
        private, value = self.server.key.versions[version], _from_base64(asked["value"])
        try:
            crypt = private.decrypt if operation == "unwrapkey" else private.public_key().encrypt
            return 200, {"kid": self._kid(version), "value": _base64(crypt(value, _OAEP))}
        except ValueError:
            return 400, _error("BadParameter", "the parameter is incorrect")

    def _kid(self, version: str) -> str:
        return f"{self.server.url}/keys/{self.server.key.name}/{version}"

    def _properties(self, version: str) -> dict[str, Any]:
        made = 1_700_000_000 + list(self.server.key.versions).index(version)
        enabled = version not in self.server.key.disabled
        return {"kid": self._kid(version), "attributes": {"enabled": enabled, "created": made, "updated": made}}

    def _bundle(self, version: str) -> dict[str, Any]:
        numbers = self.server.key.versions[version].public_key().public_numbers()
        n, e = (_base64(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.n, numbers.e))
        properties = self._properties(version)
        jwk = {"kid": properties["kid"], "kty": "RSA", "key_ops": ["wrapKey", "unwrapKey"], "n": n, "e": e}
        return {"key": jwk, "attributes": properties["attributes"]}

    def _challenge(self) -> None:
        self.send_response(401)
        login = f'Bearer authorization="https://login.invalid/{"0" * 32}", resource="https://vault.azure.net"'
        self.send_header("WWW-Authenticate", login)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    key: VaultKey
    url: str


@dataclass
class KeyVaultStandIn:
    """The running stand-in."""

    key: VaultKey
    key_url: str
    certificate: Path

    def adapter(self) -> AzureKeyVault:
        """Return the real adapter, on the real SDK, pointed here."""
        return AzureKeyVault(
            self.key_url,
            credential=StaticCredential(),
            connection_verify=str(self.certificate),
            verify_challenge_resource=False,
            retry_total=0,
        )


@contextmanager
def key_vault(folder: Path) -> Iterator[KeyVaultStandIn]:
    """Serve a vault with one key of one version until the block ends."""
    certificate, private = _certificate(folder)
    server = _Server(("127.0.0.1", 0), _Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, private)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.url = f"https://127.0.0.1:{server.server_port}"
    server.key = VaultKey()
    server.key.add()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield KeyVaultStandIn(server.key, f"{server.url}/keys/{server.key.name}", certificate)
    finally:
        server.shutdown()
        server.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "key vault stand-in")])
    today = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    made = (
        builder.not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / "vault.pem", folder / "vault.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
