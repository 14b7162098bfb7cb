"""Rules that depend on a value, which the hub never sees: applied before a copy is sealed, checked before it is shown.

Obligations and their parameters come with the policy's decision (domain.md 3.7). An obligation that this node
does not know stops the copy: without it too much would be shown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from gateway.domain.catalogue import Field, MessageType
from gateway.domain.clock import LOCAL
from gateway.domain.errors import InvalidInput
from gateway.domain.identifiers import CategoryId
from gateway.node.reader import Reader

_POLICE: Final = CategoryId("politie_art8")
_PERSONS: Final = frozenset({"list[Persoon]"})
_DATED: Final = frozenset({"list[Registratie]", "list[Incident]", "list[MeldingKort]"})


class Duty(Protocol):
    """An obligation as the decision or the manifest of a copy carries it."""

    @property
    def id(self) -> str: ...
    @property
    def parameters(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What one obligation looks at.

    `decided` tells per field whether it is allowed whole, and under which mask.
    """

    parameters: Mapping[str, Any]
    reader: Reader
    allowed: Mapping[CategoryId, bool]
    masks: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """How one obligation works.

    `concerns` picks the fields; `keeps` says of one item of a list, or of a single value, whether it stays. `needs` are
    the parameters without which the obligation means nothing.
    """

    needs: Mapping[str, type]
    concerns: Callable[[Field, _Scene], bool]
    keeps: Callable[[Any, _Scene], bool]


def apply_obligations(
    obligations: Iterable[Duty],
    message_type: MessageType,
    content: Mapping[str, Any],
    decided: Mapping[str, Any],
    reader: Reader,
) -> dict[str, Any]:
    """The content without what the obligations leave out, before any mask. `decided` maps fields to their decision.

    Raises: InvalidInput for an obligation that is not known here.
    """
    left = dict(content)
    for obligation in obligations:
        rule, scene = _rule(obligation), _scene(obligation, message_type, decided, reader)
        for field in message_type.fields:
            if field.name in left and rule.concerns(field, scene):
                _apply(rule, scene, left, field.name)
    return left


def obligation_breaks(
    obligations: Iterable[Duty],
    message_type: MessageType,
    content: Mapping[str, Any],
    decided: Mapping[str, Any],
    reader: Reader,
) -> Iterator[tuple[str, str]]:
    """Field and obligation for everything in a copy that an obligation should have left out.

    An obligation that is not known here counts as broken, with an empty field name.
    """
    for obligation in obligations:
        rule, scene = _known(obligation), _scene(obligation, message_type, decided, reader)
        if rule is None:
            yield "", obligation.id
            continue
        for field in message_type.fields:
            if (
                field.name in content
                and rule.concerns(field, scene)
                and not all(rule.keeps(item, scene) for item in _items(content[field.name]))
            ):
                yield field.name, obligation.id


def _rule(obligation: Duty) -> _Rule:
    rule = _known(obligation)
    if rule is None:
        raise InvalidInput(
            code="verplichting-onbekend",
            detail_nl=f"Deze node kent de verplichting {obligation.id} niet en maakt daarom geen kopie.",
            detail_en=f"This node does not know the obligation {obligation.id} and makes no copy.",
        )
    return rule


def _known(obligation: Duty) -> _Rule | None:
    rule = _RULES.get(obligation.id)
    if rule is None or not all(
        isinstance(obligation.parameters.get(name), kind) for name, kind in rule.needs.items()
    ):
        return None
    return rule


def _scene(obligation: Duty, message_type: MessageType, decided: Mapping[str, Any], reader: Reader) -> _Scene:
    allowed: dict[CategoryId, bool] = {}
    masks: dict[str, str | None] = {}
    for field in message_type.fields:
        decision = decided.get(field.name)
        masks[field.name] = _mask_of(decision)
        whole = decision is not None and _verdict_of(decision) == "allow"
        allowed[field.category] = allowed.get(field.category, True) and whole
    return _Scene(parameters=obligation.parameters, reader=reader, allowed=allowed, masks=masks)


def _verdict_of(decision: Any) -> str:
    """A decision on the sender's side, a line of the manifest on the recipient's."""
    return str(decision.besluit if hasattr(decision, "besluit") else decision.decision.value)


def _mask_of(decision: Any) -> str | None:
    if decision is None:
        return None
    mask = decision.masker if hasattr(decision, "masker") else decision.mask
    return None if mask is None else str(mask)


def _apply(rule: _Rule, scene: _Scene, content: dict[str, Any], name: str) -> None:
    value = content[name]
    if isinstance(value, list):
        content[name] = [item for item in value if rule.keeps(item, scene)]
    elif not rule.keeps(value, scene):
        del content[name]


def _items(value: Any) -> list[Any]:
    """The items to judge: of a list, of the lines of a count (a mask made it), or the one value itself."""
    if isinstance(value, dict) and isinstance(value.get("regels"), list):
        lines: list[Any] = value["regels"]
        return lines
    return value if isinstance(value, list) else [value]


def _is_recent(item: Any, scene: _Scene) -> bool:
    if not isinstance(item, dict):  # a mask left a yes or no of it
        return True
    today = scene.reader.at.astimezone(LOCAL).date()
    return bool(date.fromisoformat(item["datum"]) >= _years_before(today, int(scene.parameters["jaren"])))


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except (
        ValueError
    ):  # 29 February: the item of that day stays a day longer in the file than in the calendar
        return day.replace(year=day.year - years, day=28)


def _is_no_child(item: Any, scene: _Scene) -> bool:
    category = scene.parameters.get("category")
    if not isinstance(item, dict):
        return True
    if category is not None and scene.allowed.get(CategoryId(category), False):
        return True
    return bool(item.get("rol", scene.parameters["rol"]) != scene.parameters["rol"])


def _names_the_side(item: Any, scene: _Scene) -> bool:
    return scene.reader.side.value in item.get(scene.parameters["field"], ())


def _is_no_health_code(item: Any, scene: _Scene) -> bool:
    for_all = "not_for" not in scene.parameters
    concerned = for_all or scene.reader.role in scene.parameters["not_for"]
    return not (concerned and item in scene.parameters["codes"])


def _is_the_one_served(item: Any, scene: _Scene) -> bool:
    return scene.reader.serves is not None and item["persoon_id"] == scene.reader.serves


_RULES: Final[Mapping[str, _Rule]] = {
    "O_LEEFTIJD_POLITIE": _Rule(
        needs={"jaren": int},
        concerns=lambda field, _: field.kind in _DATED and field.category == _POLICE,
        keeps=_is_recent,
    ),
    "O_KIND_IN_PERSONEN": _Rule(
        needs={"rol": str}, concerns=lambda field, _: field.kind in _PERSONS, keeps=_is_no_child
    ),
    "O_ZICHTBAAR_VOOR": _Rule(
        needs={"field": str},
        concerns=lambda field, scene: (
            field.kind == "list[Afspraak]" and scene.masks[field.name] == "M_PLEGER"
        ),
        keeps=_names_the_side,
    ),
    "O_GEZONDHEIDSCODES": _Rule(
        needs={"codes": Sequence},
        concerns=lambda field, _: field.name == "veiligheidsaandachtspunten",
        keeps=_is_no_health_code,
    ),
    "O_BETROKKENE": _Rule(
        needs={},
        concerns=lambda field, scene: (
            field.kind in {"Persoon", *_PERSONS} and scene.masks[field.name] == "M_DERDEN"
        ),
        keeps=_is_the_one_served,
    ),
    # How long a copy is kept is no matter of its fields: the hub orders its destruction when the time is over.
    "O_BEWAREN_TOT": _Rule(
        needs={"jaren": int, "vanaf": str},
        concerns=lambda _field, _scene: False,
        keeps=lambda _item, _scene: True,
    ),
    # Emergency access is looked at by a person afterwards. It leaves nothing out, so no field concerns it.
    "O_TOETSING_ACHTERAF": _Rule(
        needs={"binnen_uren": int}, concerns=lambda _field, _scene: False, keeps=lambda _item, _scene: True
    ),
}
