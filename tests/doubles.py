"""In-memory doubles of ports; each passes the same contract suite as the real adapter."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from accounts.letter_message import message_of
from accounts.ports import Addressee, Letter, LetterKind
from privacy.encryption import seal, unseal
from privacy.errors import MasterKeyInUse, MasterKeyMissing
from privacy.key_service import WrappedKey
from privacy.keys import KEY_BYTES
from recommender.errors import IndexBuiltWithAnotherEncoder, IndexMissing
from recommender.ports import Embedding, Embeddings, EncoderIdentity, IndexManifest, Neighbour
from storage.database import now


class InMemoryIndex:
    """`VectorIndex` by brute force."""

    def __init__(self) -> None:
        self._rows: dict[int, Embedding] = {}
        self._encoder: EncoderIdentity | None = None

    @property
    def manifest(self) -> IndexManifest:
        if self._encoder is None:
            raise IndexMissing("memory")
        return IndexManifest(self._encoder, len(self._rows), now())

    def row_ids(self) -> NDArray[np.int64]:
        return np.array(sorted(self._rows), np.int64)

    def apply(self, *, add_ids: NDArray[np.int64], add_vectors: Embeddings, remove_ids: NDArray[np.int64]) -> None:
        if len(add_ids):
            self._check(add_vectors.shape[1])
        for row_id in remove_ids:
            self._rows.pop(int(row_id), None)
        self._rows.update(zip(add_ids.tolist(), add_vectors, strict=True))

    def replace_all(self, *, ids: NDArray[np.int64], vectors: Embeddings, encoder: EncoderIdentity) -> None:
        self._encoder = encoder
        self._rows = dict(zip(ids.tolist(), vectors, strict=True))

    def search(self, query: Embedding, *, limit: int, among: NDArray[np.int64] | None = None) -> list[Neighbour]:
        self._check(len(query))
        allowed = self._rows.keys() if among is None else self._rows.keys() & set(among.tolist())
        found = [Neighbour(row_id, float(self._rows[row_id] @ query)) for row_id in allowed]
        return sorted(found, key=lambda near: (-near.similarity, near.row_id))[:limit]

    def _check(self, dim: int) -> None:
        if dim != self.manifest.encoder.dim:
            raise IndexBuiltWithAnotherEncoder(self.manifest.encoder.dim, dim)


class InMemoryMailer:
    """`Mailer` that keeps every letter, and knows letters by the same names as the folder."""

    def __init__(self, hash_of: Callable[[str], str] = str.casefold) -> None:
        self.sent: list[Letter] = []
        self._hash_of = hash_of
        self._kept: dict[str, list[str]] = defaultdict(list)

    def send(self, letter: Letter) -> None:
        text = message_of(letter, sender="shop@example.com", at=now()).as_string()
        self.sent.append(letter)
        for name in {self._hash_of(letter.to), letter.person} - {""}:
            self._kept[name].append(text)

    def kept_letters(self, name: str) -> Sequence[str]:
        return tuple(self._kept[name])

    def erase_letters(self, name: str) -> int:
        gone = self._kept.pop(name, [])
        self._kept = defaultdict(list, {one: [t for t in texts if t not in gone] for one, texts in self._kept.items()})
        return len(gone)


class InMemoryKeyService:
    """`KeyService` without a file: the versions in a dictionary, the newest last."""

    def __init__(self) -> None:
        self._secrets: dict[str, bytes] = {}
        self._made = 0
        self.add_version()

    @property
    def key_id(self) -> str:
        return self.versions()[-1]

    def wrap(self, data_key: bytes, *, about: str) -> WrappedKey:
        return WrappedKey(self.key_id, seal(self._secrets[self.key_id], data_key, about=about))

    def unwrap(self, wrapped: WrappedKey, *, about: str) -> bytes:
        if wrapped.master_key_id not in self._secrets:
            raise MasterKeyMissing(wrapped.master_key_id, "memory")
        return unseal(self._secrets[wrapped.master_key_id], wrapped.wrapped, about=about)

    def versions(self) -> list[str]:
        return list(self._secrets)

    def add_version(self) -> str:
        self._made += 1
        self._secrets[f"memory-{self._made}"] = secrets.token_bytes(KEY_BYTES)
        return self.key_id

    def remove_version(self, key_id: str) -> None:
        if key_id == self.key_id:
            raise MasterKeyInUse(key_id)
        self._secrets.pop(key_id, None)


class PlainLetters:
    """`LetterWriter` without templates: the kind is the subject, the token the text."""

    def write(self, kind: LetterKind, to: Addressee, *, token: str = "") -> Letter:
        return Letter(to.email, f"{kind.value} {to.language}", token or "-", person=to.person)
