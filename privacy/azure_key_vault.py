"""The master key in Azure Key Vault (extra `azure`): it never leaves the vault, which unwraps on request.

The application's identity needs the permissions get, list, wrap, unwrap; rotate and update for `rotate-keys`.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlsplit

from privacy.errors import CannotBeDecrypted, KeyServiceUnavailable, MasterKeyInUse, MasterKeyMissing
from privacy.key_service import WrappedKey
from privacy.keys import KEY_BYTES

_ALGORITHM = "RSA-OAEP-256"
_PATIENCE = {"connection_timeout": 5, "read_timeout": 10, "retry_total": 2}


class AzureKeyVault:
    """`KeyService` on an RSA key of a vault; ids are the full addresses of its versions.

    RSA has no authenticated data: the hash of `about` is wrapped together with the data key and compared afterwards.
    """

    def __init__(self, key_url: str, *, credential: Any = None, **client_options: Any) -> None:
        """key_url: `https://VAULT.vault.azure.net/keys/NAME`; credential: default is azure-identity's chain."""
        self._key_url = key_url.rstrip("/")
        address = urlsplit(self._key_url)
        self._vault_url = f"{address.scheme}://{address.netloc}"
        self._name = address.path.rsplit("/", 1)[-1]
        self._given_credential = credential
        self._options = _PATIENCE | client_options
        self._crypto = lru_cache(maxsize=8)(self._new_crypto)

    @property
    def key_id(self) -> str:
        with self._asking(self._key_url):
            return str(self._keys.get_key(self._name).id)

    def wrap(self, data_key: bytes, *, about: str) -> WrappedKey:
        with self._asking(self._key_url):
            version = str(self._keys.get_key(self._name).id)
            done = self._crypto(version).wrap_key(_ALGORITHM, data_key + _digest(about))
        return WrappedKey(version, done.encrypted_key)

    def unwrap(self, wrapped: WrappedKey, *, about: str) -> bytes:
        version = self._own_version(wrapped.master_key_id)
        with self._asking(version, refusal=CannotBeDecrypted(about)):
            payload: bytes = self._crypto(version).unwrap_key(_ALGORITHM, wrapped.wrapped).key
        data_key, digest = payload[:KEY_BYTES], payload[KEY_BYTES:]
        if not hmac.compare_digest(digest, _digest(about)):
            raise CannotBeDecrypted(about)
        return data_key

    def versions(self) -> list[str]:
        current = self.key_id
        with self._asking(self._key_url):
            found = sorted(self._keys.list_properties_of_key_versions(self._name), key=lambda one: one.created_on)
        return [*(one.id for one in found if one.enabled and one.id != current), current]

    def add_version(self) -> str:
        with self._asking(self._key_url):
            return str(self._keys.rotate_key(self._name).id)

    def remove_version(self, key_id: str) -> None:
        """Disable the version: Key Vault deletes a key only whole. Nothing opens with it until someone enables it."""
        if key_id == self.key_id:
            raise MasterKeyInUse(key_id)
        version = self._own_version(key_id)
        with self._asking(version):
            self._keys.update_key_properties(self._name, version.rsplit("/", 1)[-1], enabled=False)

    @cached_property
    def _credential(self) -> Any:
        if self._given_credential is not None:
            return self._given_credential
        from azure.identity import DefaultAzureCredential

        return DefaultAzureCredential()

    @cached_property
    def _keys(self) -> Any:
        from azure.keyvault.keys import KeyClient

        return KeyClient(self._vault_url, self._credential, **self._options)

    def _new_crypto(self, version: str) -> Any:
        from azure.keyvault.keys.crypto import CryptographyClient

        return CryptographyClient(version, self._credential, **self._options)

    def _own_version(self, key_id: str) -> str:
        """Return the id when it is one of this key: a row of the database must not choose whom we send keys to."""
        version = key_id.removeprefix(f"{self._key_url}/")
        if version == key_id or not version.isalnum():
            raise MasterKeyMissing(key_id, self._key_url)
        return key_id

    @contextmanager
    def _asking(self, key_id: str, *, refusal: Exception | None = None) -> Iterator[None]:
        """Translate what the vault answers; `refusal`: what a 400 (bytes that do not open) means here."""
        try:
            from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
        except ImportError as error:
            raise KeyServiceUnavailable(
                self._key_url, "install the extra: pip install 'fashion-insta[azure]'"
            ) from error
        try:
            yield
        except ResourceNotFoundError as error:
            raise MasterKeyMissing(key_id, self._key_url) from error
        except HttpResponseError as error:
            if error.status_code == 400 and refusal:
                raise refusal from error
            if error.status_code == 403 and "disabled" in str(error).lower():
                raise MasterKeyMissing(key_id, self._key_url) from error
            raise KeyServiceUnavailable(self._key_url, error.message) from error
        except AzureError as error:
            raise KeyServiceUnavailable(self._key_url, error.message) from error


def _digest(about: str) -> bytes:
    return hashlib.sha256(about.encode()).digest()
