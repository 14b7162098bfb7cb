"""Signs any bytes as a compact JWS, also what no library would sign: the tools of an attacker."""

import base64
import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64u(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def as_json(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()


def es256(key: ec.EllipticCurvePrivateKey, header: Any, payload: Any) -> str:
    text = f"{b64u(as_json(header))}.{b64u(as_json(payload))}"
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{text}.{b64u(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def rs256(key: rsa.RSAPrivateKey, header: Any, payload: Any) -> str:
    text = f"{b64u(as_json(header))}.{b64u(as_json(payload))}"
    return f"{text}.{b64u(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def hs256(secret: bytes, header: Any, payload: Any) -> str:
    text = f"{b64u(as_json(header))}.{b64u(as_json(payload))}"
    return f"{text}.{b64u(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"
