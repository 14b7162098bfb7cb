"""What never goes into a copy, whatever the decision claims: the last defence against a wrong decision.

Only ever stricter than the policy, which holds the same rules (G15, G16, G17). Source: domain.md 6.4.
"""

from typing import Final

from gateway.domain.case import Side
from gateway.domain.catalogue import Field, catalogue
from gateway.domain.identifiers import CategoryId, RuleId
from gateway.node.reader import Reader

_FINDABLE: Final = {CategoryId("geheim_adres_slachtoffer"), CategoryId("contact_veilig")}
_SIGNAL: Final = CategoryId("monitoring_signaal")
_UNSAFE: Final = {Side.PLEGER, Side.ONBEKEND}
_REPORTER: Final = CategoryId("melder_identiteit")
_NEVER: Final = CategoryId("politie_art10_12")


def hard_rule(field: Field, reader: Reader) -> RuleId | None:
    """The rule that keeps this field from this reader always, or None when only the policy decides."""
    role = catalogue().roles.get(reader.role)
    always_perpetrator = role is None or role.always_perpetrator_side
    if field.category in _FINDABLE and (reader.side in _UNSAFE or always_perpetrator):
        return RuleId("G16_geheim_adres")
    if field.category == _SIGNAL and reader.side in _UNSAFE:
        return RuleId("G16_geheim_adres")
    if field.category == _REPORTER and (role is None or role.agencies != ("veilig_thuis",)):
        return RuleId("G15_melder")
    if field.category == _NEVER:
        return RuleId("G17_nooit_via_hub")
    return None
