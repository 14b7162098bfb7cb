"""The errors of RFC 6749 5.2 that we raise ourselves, through Authlib's classes, which have no types.

Descriptions are ours, never a part of the request: Authlib raises ValueError for a description with a quote
or a character outside ASCII, which would be a 500.
"""

from authlib.oauth2.rfc6749 import (
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
)


def invalid_client(description: str) -> OAuth2Error:
    """The client did not prove who it is."""
    return InvalidClientError(description=description)  # type: ignore[no-untyped-call]


def invalid_request(description: str) -> OAuth2Error:
    """A parameter is missing, repeated or not supported."""
    return InvalidRequestError(description=description)  # type: ignore[no-untyped-call]


def invalid_grant(description: str) -> OAuth2Error:
    """What is to be exchanged is not acceptable."""
    return InvalidGrantError(description=description)  # type: ignore[no-untyped-call]


def invalid_scope(description: str) -> OAuth2Error:
    """The client asks for no scope, an unknown one, or one that it does not have."""
    return InvalidScopeError(description=description)  # type: ignore[no-untyped-call]
