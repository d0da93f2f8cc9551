"""A receipt is believed as it was signed, and in no other form; the stand-alone verifier says the same."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privacy.erasure_errors import ReceiptInvalid
from privacy.receipts import ReceiptSigner, verify_receipt

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify_receipt.py"
SIGNER = ReceiptSigner(bytes(range(32)))
STATED: dict[str, Any] = {
    "erasure": "0f" * 16,
    "scope": {"kind": "person", "purpose": ""},
    "finished_at": "2026-11-22T10:00:00+00:00",
    "erased": {"shop": {"kept_photo": 2, "consent_record": 3}},
    "steps": [{"stage": "mark", "at": "2026-11-22T09:59:00+00:00"}],
    "scan": {"looked_through": [{"place": "café", "bytes": 12345}], "found": 0},
}
RECEIPT = SIGNER.sign(STATED)


def _stand_alone() -> ModuleType:
    spec = importlib.util.spec_from_file_location("stand_alone_verifier", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STAND_ALONE = _stand_alone()


def believed(content: bytes, public_key: str = SIGNER.public_key) -> bool:
    """Say whether a receipt is believed; both verifiers must be of one mind."""
    try:
        verify_receipt(content, public_key=public_key)
        ours = True
    except ReceiptInvalid:
        ours = False
    try:
        STAND_ALONE.verify(content, public_key)
        theirs = True
    except (ValueError, RecursionError):
        theirs = False
    assert ours == theirs, content
    return ours


def test_a_true_receipt_is_believed_and_says_what_was_signed() -> None:
    stated = verify_receipt(RECEIPT, public_key=SIGNER.public_key)
    assert {name: stated[name] for name in STATED} == STATED
    assert believed(RECEIPT.encode())


@given(at=st.integers(0, len(RECEIPT.encode()) - 1), byte=st.integers(0, 255))
def test_any_changed_byte_of_its_meaning_is_noticed(at: int, byte: int) -> None:
    edited = bytearray(RECEIPT.encode())
    edited[at] = byte
    try:
        same_meaning = json.loads(edited) == json.loads(RECEIPT)
    except ValueError:
        same_meaning = False
    assert believed(bytes(edited)) == same_meaning


def test_a_signature_is_believed_in_its_one_spelling_alone() -> None:
    signature = json.loads(RECEIPT)["signature"]
    assert signature.endswith("==")
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for digit in set(digits) - {signature[-3]}:
        assert not believed(RECEIPT.replace(signature, f"{signature[:-3]}{digit}==").encode()), digit


@given(start=st.integers(0, len(RECEIPT)), length=st.integers(1, 40), put=st.text(max_size=5))
@example(start=len(RECEIPT), length=1, put="{}")
def test_a_cut_or_an_insertion_is_noticed(start: int, length: int, put: str) -> None:
    edited = RECEIPT[:start] + put + RECEIPT[start + length :]
    try:
        same_meaning = json.loads(edited) == json.loads(RECEIPT)
    except ValueError:
        same_meaning = False
    assert believed(edited.encode("utf-8", "surrogatepass")) == same_meaning


def test_layout_is_no_part_of_the_meaning() -> None:
    assert believed(json.dumps(json.loads(RECEIPT)).encode())
    assert believed(RECEIPT.replace("\n", "\r\n").encode())


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('"found": 0', '"found": 0, "found": 0'),
        lambda text: text.replace('"found": 0', '"found": 0.0'),
        lambda text: text.replace('"found": 0', '"found": NaN'),
        lambda text: text.replace('"found": 0', '"found": false'),
        lambda text: text.replace('"kept_photo": 2', '"kept_photo": 1'),
        lambda text: text.replace("erasure-receipt/1", "erasure-receipt/2"),
        lambda text: "[" + text + "]",
        lambda _text: "",
        lambda _text: "{}",
        lambda _text: "[" * 100_000,
        lambda text: json.dumps({**json.loads(text), "signature": None}),
        lambda text: json.dumps({**json.loads(text), "signature": "!"}),
        lambda text: json.dumps({name: value for name, value in json.loads(text).items() if name != "steps"}),
    ],
)
def test_what_was_edited_is_not_believed(edit: Any) -> None:
    assert not believed(edit(RECEIPT).encode())


def test_a_receipt_of_another_key_is_not_believed() -> None:
    other = ReceiptSigner(bytes(32))
    assert not believed(RECEIPT.encode(), other.public_key)
    # Signed anew by somebody else, with our key's name on it.
    forged = json.loads(other.sign({**STATED, "scan": {"found": 0, "looked_through": []}}))
    forged["public_key_id"] = json.loads(RECEIPT)["public_key_id"]
    assert not believed(json.dumps(forged).encode())


@pytest.mark.parametrize("key", ["", "zz", "00" * 31])
def test_a_public_key_that_is_none_is_said(key: str) -> None:
    assert not believed(RECEIPT.encode(), key)


def test_a_fraction_cannot_be_signed() -> None:
    with pytest.raises(ReceiptInvalid):
        SIGNER.sign({"found": 0.5})


def test_the_stand_alone_programme_ends_with_its_judgement(tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    for content, status in ((RECEIPT, 0), (RECEIPT.replace("person", "photo"), 1)):
        file.write_text(content, encoding="utf-8")
        done = subprocess.run([sys.executable, str(SCRIPT), str(file), SIGNER.public_key], capture_output=True)
        assert done.returncode == status, done.stderr
