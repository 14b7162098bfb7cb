"""Signed notes, checkpoints and cosignatures, against published examples and by attack."""

from base64 import b64encode
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.errors import (
    AuditError,
    CheckpointInvalid,
    NotConsistent,
    NoteInvalid,
    ProofInvalid,
    SignatureInvalid,
    StaleCheckpoint,
    WrongOrigin,
)
from audit.note import NoteSigner, SignatureType, SignedNote, VerifierKey
from audit.tree import consistency_proof, inclusion_proof
from audit.witness import OwnEvent, Seen, cosign, cosignatures, judge, with_cosignatures
from tests.audit.makers import (
    ORIGIN,
    START,
    append,
    event,
    head,
    key,
    leaf,
    log_signer,
    small_bodies,
    witness_signer,
)

# From the documentation of the Go implementation, golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of C2SP signed-note, and a key of a public witness (type 0x04).
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
WITNESS_KEY = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"

LEAVES = [leaf(index, body) for index, body in enumerate(small_bodies())]
SIGNED = head(LEAVES, 7)


@pytest.mark.parametrize(("verifier", "text"), [(GO_KEY, GO_NOTE), (C2SP_KEY, C2SP_NOTE)])
def test_notes_signed_elsewhere_verify(verifier: str, text: str) -> None:
    note, known = SignedNote.parse(text), VerifierKey.parse(verifier)
    known.check(note.signature_by(known).blob, note.text.encode())
    assert note.to_text() == text
    assert known.to_text() == verifier


def test_the_key_id_of_a_witness_is_the_published_one() -> None:
    known = VerifierKey.parse(WITNESS_KEY)
    assert known.type is SignatureType.COSIGNATURE_V1
    assert known.key_id.hex() == "da77ade7"


@pytest.mark.parametrize(
    "text",
    [
        WITNESS_KEY.replace("da77ade7", "da77ade8"),
        WITNESS_KEY.replace("remora", "romera"),
        GO_KEY.replace("+ARpc", "+AhoC"),
        GO_KEY.removesuffix("TW"),
        "PeterNeumann",
        "",
        "a b+00000000+AQ==",
    ],
)
def test_a_key_that_does_not_fit_its_own_id_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(text)


def test_a_checkpoint_reads_as_the_standard_writes_it() -> None:
    lines = SIGNED.to_text().split("\n")
    assert lines[:4] == [ORIGIN, "7", b64encode(SIGNED.checkpoint.root).decode(), ""]
    assert [line.rsplit(" ", 1)[0] for line in lines[4:-1]] == [
        f"— {ORIGIN}",
        "— getuige.voorbeeld.invalid/vt",
    ]


def test_a_checkpoint_opens_with_the_key_of_its_log() -> None:
    opened = open_checkpoint(SIGNED.to_text(), log_signer().verifier)
    assert opened == SIGNED


def test_the_signature_covers_exactly_the_note_text() -> None:
    public = key("log").public_key()
    line = SIGNED.note.signature_by(log_signer().verifier)
    public.verify(line.blob, f"{ORIGIN}\n7\n{b64encode(SIGNED.checkpoint.root).decode()}\n".encode())


@given(st.data())
def test_any_bit_of_a_checkpoint_changed_breaks_it(data: st.DataObject) -> None:
    raw = bytearray(sign_checkpoint(SIGNED.checkpoint, log_signer()).to_text().encode())
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises((AuditError, UnicodeDecodeError)):
        open_checkpoint(raw.decode(), log_signer().verifier)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n07\n{'A' * 43}=\n",
        f"{ORIGIN}\n-7\n{'A' * 43}=\n",
        f"{ORIGIN}\n٧\n{'A' * 43}=\n",
        f"{ORIGIN}\n7\n{'A' * 42}B=\n",  # Not canonical: the same bytes as with an A.
        f"{ORIGIN}\n7\n{'A' * 44}\n",
        f"{ORIGIN}\n7\n",
        f"{ORIGIN}\n7\n{'A' * 43}=",
        f"{ORIGIN}\n7\n{'A' * 43}=\n\nx\n",
        f"a log\n7\n{'A' * 43}=\n",
        f"{ORIGIN}\n0\n{'A' * 43}=\n",
    ],
)
def test_text_that_is_no_tree_head_is_refused(text: str) -> None:
    with pytest.raises(CheckpointInvalid):
        Checkpoint.parse(text)


def test_extension_lines_of_others_are_signed_and_kept() -> None:
    extended = replace(SIGNED.checkpoint, extensions=("iets", "anders"))
    opened = open_checkpoint(sign_checkpoint(extended, log_signer()).to_text(), log_signer().verifier)
    assert opened.checkpoint == extended


@pytest.mark.parametrize(
    "text",
    [
        "tekst\n",
        "tekst\n\n",
        "tekst\n\nniet ondertekend\n",
        "tekst\n\n— naam AAAAAA\n",
        "tekst\n\n— naam AAAA====\n",
        "tekst\n\n— naam AAAAAAB=\n",
        "tekst\n\n— na+am AAAAAAA=\n",
        "te\tkst\n\n— naam AAAAAAA=\n",
        "tekst\n\n— naam AAAAAAA=",
        "tekst\n\n" + "— naam AAAAAAA=\n" * 65,
    ],
)
def test_text_that_is_no_note_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        SignedNote.parse(text)


def test_a_checkpoint_of_another_log_is_named_as_such() -> None:
    other = head(LEAVES, 7, origin="ander.voorbeeld.invalid")
    with pytest.raises(WrongOrigin, match=r"ander\.voorbeeld\.invalid"):
        open_checkpoint(other.to_text(), log_signer().verifier)


def test_another_key_under_the_same_name_is_not_enough() -> None:
    forged = head(LEAVES, 7, signer=log_signer(seed="forger"))
    with pytest.raises(SignatureInvalid, match="0 handtekeningen"):
        open_checkpoint(forged.to_text(), log_signer().verifier)


def test_a_key_that_only_shares_the_short_id_does_not_verify() -> None:
    forged = head(LEAVES, 7, signer=log_signer(seed="forger"))
    claimed = tuple(
        replace(line, key_id=log_signer().verifier.key_id) if line.name == ORIGIN else line
        for line in forged.note.signatures
    )
    with pytest.raises(SignatureInvalid, match="klopt niet"):
        open_checkpoint(replace(forged.note, signatures=claimed).to_text(), log_signer().verifier)


def test_a_witness_key_signs_no_checkpoint_and_a_log_key_no_cosignature() -> None:
    as_witness = NoteSigner.from_key(ORIGIN, key("log"), type=SignatureType.COSIGNATURE_V1)
    with pytest.raises(SignatureInvalid, match="getuige"):
        sign_checkpoint(SIGNED.checkpoint, as_witness)
    with pytest.raises(SignatureInvalid, match="niet die van een getuige"):
        cosign(SIGNED, log_signer(), now=START)


def test_a_signer_reads_its_own_pem_and_no_other_kind_of_key() -> None:
    pem = key("log").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    assert NoteSigner.from_pem(ORIGIN, pem).verifier == log_signer().verifier
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(NoteInvalid, match="Ed25519"):
        NoteSigner.from_pem(ORIGIN, other)
    with pytest.raises(NoteInvalid, match="geen leesbare"):
        NoteSigner.from_pem(ORIGIN, b"niets")


def test_a_cosignature_is_the_message_of_the_standard() -> None:
    line = cosign(SIGNED, witness_signer(), now=START)
    at_s = int(START.timestamp())
    assert line.blob[:8] == at_s.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {at_s}\n{SIGNED.note.text}".encode()
    key("getuige.voorbeeld.invalid/vt").public_key().verify(line.blob[8:], message)


def test_cosignatures_are_counted_per_witness_and_the_newest_stays() -> None:
    first = cosign(SIGNED, witness_signer(), now=START)
    second = cosign(SIGNED, witness_signer("getuige.voorbeeld.invalid/om"), now=START)
    signed = with_cosignatures(with_cosignatures(SIGNED, [first]), [second, first])
    keys = [witness_signer().verifier, witness_signer("getuige.voorbeeld.invalid/om").verifier]
    assert [(one.witness, one.at_s) for one in cosignatures(signed, keys)] == [
        (known, int(START.timestamp())) for known in keys
    ]
    assert len(signed.note.signatures) == 3


def test_a_witness_that_did_not_sign_is_not_counted() -> None:
    assert cosignatures(SIGNED, [witness_signer("getuige.voorbeeld.invalid/om").verifier]) == ()


def test_one_key_under_two_names_is_not_two_witnesses() -> None:
    twin = replace(witness_signer().verifier, name="getuige.voorbeeld.invalid/dubbel")
    with pytest.raises(NoteInvalid, match="dezelfde sleutel"):
        cosignatures(SIGNED, [witness_signer().verifier, twin])


def test_a_cosignature_with_another_time_is_refused() -> None:
    line = cosign(SIGNED, witness_signer(), now=START)
    later = (int(START.timestamp()) + 1).to_bytes(8, "big")
    signed = with_cosignatures(SIGNED, [replace(line, blob=later + line.blob[8:])])
    with pytest.raises(SignatureInvalid, match="klopt niet"):
        cosignatures(signed, [witness_signer().verifier])


def nodes() -> dict[tuple[int, int], bytes]:
    appended = append(LEAVES)
    found = {(0, row.leaf_index): row.hash for row in appended.leaves}
    return found | {(row.level, row.node_index): row.hash for row in appended.nodes}


def own_event(index: int, size: int) -> OwnEvent:
    at = nodes()
    return OwnEvent(
        leaf_hash=LEAVES[index].hash, index=index, path=inclusion_proof(index, size, lambda *node: at[node])
    )


def seen(size: int) -> Seen:
    checkpoint = head(LEAVES, size).checkpoint
    return Seen(origin=ORIGIN, size=size, root=checkpoint.root)


def proof(old: int, new: int) -> tuple[bytes, ...]:
    at = nodes()
    return consistency_proof(old, new, lambda *node: at[node])


@pytest.mark.parametrize("old", [0, 1, 3, 7])
def test_a_witness_goes_along_with_a_log_that_only_grew(old: int) -> None:
    before = Seen(origin=ORIGIN) if old == 0 else seen(old)
    assert judge(before, SIGNED, consistency=proof(old, 7), own_events=[own_event(2, 7)]) == seen(7)


def test_a_witness_does_not_go_back() -> None:
    with pytest.raises(StaleCheckpoint, match="er al 8 gezien"):
        judge(seen(8), SIGNED, consistency=())


def test_a_witness_refuses_a_second_history_of_the_same_size() -> None:
    told = [*LEAVES[:2], leaf(2, event(2, None)), *LEAVES[3:]]
    with pytest.raises(NotConsistent):
        judge(seen(7), head(told, 7), consistency=())


def test_a_witness_refuses_a_rewritten_past() -> None:
    told = [*LEAVES[:2], leaf(2, event(2, None)), *LEAVES[3:]]
    with pytest.raises(NotConsistent):
        judge(seen(7), head(told, 12), consistency=proof(7, 12))


def test_a_witness_refuses_another_log() -> None:
    with pytest.raises(WrongOrigin):
        judge(seen(3), head(LEAVES, 7, origin="ander.voorbeeld.invalid"), consistency=proof(3, 7))


def test_a_witness_refuses_a_log_that_lacks_its_own_event() -> None:
    missing = replace(own_event(2, 7), leaf_hash=leaf(2, event(2, None)).hash)
    with pytest.raises(ProofInvalid, match="blad 2"):
        judge(seen(3), SIGNED, consistency=proof(3, 7), own_events=[missing])
