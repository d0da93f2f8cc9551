"""Keyed pseudonyms: the shop's tables know a person by these alone."""

import hashlib
import hmac
import unicodedata
from datetime import date


class Pseudonymiser:
    """HMAC-SHA-256 under a secret key: stable for the shop, meaningless to whoever lacks the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_account(self, account_id: str) -> str:
        """Return the pseudonym of an account, 32 hexadecimal digits."""
        return self._digest("account", account_id)

    def of_visit(self, visit_id: str) -> str:
        """Return the pseudonym of one anonymous visit, 32 hexadecimal digits."""
        return self._digest("visit", visit_id)

    def of_email(self, email: str) -> str:
        """Return the look-up hash of an e-mail address; case and the way of writing accents make no difference."""
        return self._digest("email", unicodedata.normalize("NFC", email.strip().casefold()))

    def of_disposed(self, thing: str) -> str:
        """Return the hash that a record of disposal keeps of a thing, or of whose it was; leads back to neither."""
        return self._digest("disposed", thing)

    def of_address(self, address: str, day: date) -> str:
        """Return the pseudonym of a network address on one day: what it does on two days cannot be joined."""
        return self._digest("address", f"{day.isoformat()}/{address}")

    def of_attempt(self, kind: str, who: str) -> str:
        """Return the hash under which tries of a kind (a log-in …) are counted for an e-mail or a network address."""
        return self._digest(f"attempt/{kind}", who)

    def of_code(self, account_id: str, code: str) -> str:
        """Return the hash of an account's recovery code: without the key, not even all short codes can be tried."""
        return self._digest("code", f"{account_id}:{code}")

    def _digest(self, kind: str, value: str) -> str:
        return hmac.new(self._key, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]
