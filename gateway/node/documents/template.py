"""Templates of documents: which blocks, in which order, with which text around the fields of a message.

A template is a TOML file `<map>/<slug>.toml`; the folder is the municipality's code, or `standaard` for all that have
none of their own. Its shape is fixed before any value is filled in, so that no value can become a heading or a list.
Loading is strict: a field, member, filter or key that does not exist is an error of the template, found at the start
and not when a mayor needs the decision at night.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gateway.domain.catalogue import MessageType, catalogue
from gateway.domain.catalogue.type_spec import Kind, TypeSpec
from gateway.domain.documents import document_fields
from gateway.node.documents.wording import FILTERS

FOLDER: Final = Path(__file__).parent / "templates"
STANDARD: Final = "standaard"
ITEM: Final = "item"
_KEYS: Final = {
    frozenset({"kop"}),
    frozenset({"kop", "als"}),
    frozenset({"alinea"}),
    frozenset({"alinea", "als"}),
    frozenset({"lijst", "regel"}),
    frozenset({"lijst", "regel", "als"}),
}


class TemplateError(Exception):
    """The template cannot be used. The message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One heading, paragraph, or list with a line for each item of the field `items`. It is left out when its field
    `when` is not filled in."""

    is_heading: bool
    text: Template
    items: str | None
    when: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTemplate:
    """How a document of one message type looks. `title` is also that of the PDF. `claims` are yes-or-no fields that
    must be true, because the text says so: no document is made of a message that says otherwise."""

    message_type: MessageType
    field: str
    title: str
    claims: tuple[str, ...]
    blocks: tuple[Block, ...]


@cache
def templates(folder: Path = FOLDER) -> Mapping[tuple[str, str], DocumentTemplate]:
    """Every template by folder and message type. Raises TemplateError for the first that is wrong."""
    by_slug = {kind.slug: kind for kind in catalogue().messages}
    found = {}
    for path in sorted(folder.glob("*/*.toml")):
        place = path.parent.name
        if path.stem not in by_slug or not (place == STANDARD or (place.isdigit() and len(place) == 4)):
            raise TemplateError(f"{path}: no such message type or municipality")
        found[place, by_slug[path.stem].name] = _load(path, by_slug[path.stem])
    return found


def template_for(message_type: str, municipality: str | None) -> DocumentTemplate | None:
    """The template of the municipality, else the standard one; None for a type that is never made into a document."""
    known = templates()
    return known.get((municipality or STANDARD, message_type)) or known.get((STANDARD, message_type))


def _load(path: Path, kind: MessageType) -> DocumentTemplate:
    try:
        source = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path}: {error}") from error
    fields = document_fields(kind)
    if set(source) - {"eist"} != {"titel", "blok"} or len(fields) != 1:
        raise TemplateError(f"{path}: needs titel and blok, for a type with one document")
    claims, yes_or_no = source.get("eist", []), {f.name for f in kind.fields if f.spec.kind is Kind.BOOL}
    if not isinstance(claims, list) or not set(claims) <= yes_or_no:
        raise TemplateError(f"{path}: eist names fields that are no yes or no")
    blocks = tuple(_block(path, kind, number, block) for number, block in enumerate(source["blok"], 1))
    return DocumentTemplate(
        message_type=kind, field=fields[0], title=str(source["titel"]), claims=tuple(claims), blocks=blocks
    )


def _block(path: Path, kind: MessageType, number: int, block: Mapping[str, str]) -> Block:
    where = f"{path}, blok {number}"
    if frozenset(block) not in _KEYS or not all(isinstance(value, str) for value in block.values()):
        raise TemplateError(f"{where}: has other keys than a heading, paragraph or list has")
    known = {field.name: field.spec for field in kind.fields}
    for key in ("als", "lijst"):
        if key in block and block[key] not in known:
            raise TemplateError(f"{where}: there is no field {block[key]}")
    if "lijst" in block:
        item = known[block["lijst"]].item
        if item is None:
            raise TemplateError(f"{where}: {block['lijst']} is no list")
        known = known | {ITEM: item}
    text = block.get("kop") or block.get("alinea") or block.get("regel") or ""
    return Block(
        is_heading="kop" in block,
        text=_text(where, text, known),
        items=block.get("lijst"),
        when=block.get("als"),
    )


def _text(where: str, text: str, known: Mapping[str, TypeSpec]) -> Template:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    environment.filters = {name: _of_a_value(written) for name, written in FILTERS.items()}
    try:
        tree = environment.parse(text)
        unknown = meta.find_undeclared_variables(tree) - set(known)
        unknown |= set(_members(tree, known))
        if unknown:
            raise TemplateError(f"{where}: there is no {', '.join(sorted(unknown))}")
        return environment.from_string(text)
    except (TemplateSyntaxError, AssertionError) as error:
        raise TemplateError(f"{where}: {error}") from error


def _of_a_value(written: Callable[[Any], str]) -> Callable[[Any], str]:
    """A filter that says which value is missing, instead of writing that there is none."""

    def filtered(value: Any) -> str:
        return str(value) if isinstance(value, StrictUndefined) else written(value)  # str() of it raises

    return filtered


def _members(tree: nodes.Template, known: Mapping[str, TypeSpec]) -> Iterator[str]:
    """Everything after a dot that its field does not have; subscripts and deeper paths are not for templates."""
    if (
        next(tree.find_all((nodes.Getitem, nodes.Call, nodes.For, nodes.Assign, nodes.Include)), None)
        is not None
    ):
        yield "index, aanroep, lus of toekenning in een sjabloon"
    for found in tree.find_all(nodes.Getattr):
        spec = _spec_of(found.node, known)
        if spec is None or spec.kind is not Kind.STRUCT or found.attr not in {m.name for m in spec.members}:
            yield f"lid {found.attr}"


def _spec_of(node: nodes.Node, known: Mapping[str, TypeSpec]) -> TypeSpec | None:
    match node:
        case nodes.Name():
            return known.get(node.name)
        case nodes.Getattr():
            outer = _spec_of(node.node, known)
            members: dict[str, Any] = {} if outer is None else {m.name: m.spec for m in outer.members}
            return members.get(node.attr)
    return None
