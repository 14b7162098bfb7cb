"""Who is asking: a person with a token of the agency's own identity provider, or one of its systems with the same.

The token says who (`sub`, a pseudonymous reference) and in which roles (`rol`). Whether the agency has those roles is
in the registry; what they may do is decided by the hub.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request

from gateway.domain.errors import InvalidValue, NotAuthenticated
from gateway.domain.identifiers import parse_staff_ref
from gateway.node.usecases.parts import Parts, Person
from gateway.web.bearer import require_token
from gateway.web.tokens import Claims, TokenVerifier

SCOPE = "schakel"
ROLE_CLAIM = "rol"


def person_of(parts: Parts, verifier: TokenVerifier) -> Callable[..., Person]:
    """A dependency that yields the person. Raises NotAuthenticated, and Refused for a token without the scope."""
    claims_of = require_token(verifier, scope=SCOPE)

    def person(request: Request) -> Person:
        return _person(claims_of(request), parts)

    return person


def _person(claims: Claims, parts: Parts) -> Person:
    stated: Any = claims.all.get(ROLE_CLAIM, [])
    roles = [stated] if isinstance(stated, str) else stated
    try:
        staff = parse_staff_ref(claims.subject)
    except InvalidValue as error:
        raise _unusable() from error
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise _unusable()
    return Person(staff=staff, roles=frozenset(roles) & parts.agency.roles)


def _unusable() -> NotAuthenticated:
    return NotAuthenticated(
        code="token-zonder-persoon",
        detail_nl="Het token noemt geen medewerkerverwijzing met rollen (sub, rol).",
        detail_en="The token names no staff reference with roles (sub, rol).",
    )


def annotated_person(parts: Parts, verifier: TokenVerifier) -> Any:
    """The annotation for a parameter that is the person who asks."""
    return Annotated[Person, Depends(person_of(parts, verifier))]
