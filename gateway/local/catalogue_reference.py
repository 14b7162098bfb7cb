"""The reference pages: one Markdown page per message type and an index, written from the catalogue and nothing else.

`schakel catalogue --pages docs/reference` writes them; a test fails when they are not what the catalogue says.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gateway.domain.catalogue import ANYONE, Catalogue, Field, MessageType, catalogue
from gateway.domain.identifiers import MaskId, RoleId
from gateway.node.masks.table import Action, MaskRow, mask_table
from gateway.protocol.subjects import inbox_subject

INDEX = "README.md"


def write_pages(folder: Path) -> int:
    """Writes every page, and removes pages of types that no longer exist."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = reference_pages()
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    print(f"{len(pages)} bladzijden geschreven in {folder}")
    return 0


def reference_pages() -> Mapping[str, str]:
    """Every page by file name."""
    words = catalogue()
    pages = {f"{message.slug}.md": _lines(_page(message, words)) for message in words.messages}
    return pages | {INDEX: _lines(_index(words))}


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _index(words: Catalogue) -> Iterator[str]:
    yield "# Message types"
    yield ""
    yield "Written by `schakel catalogue --pages docs/reference`. The source is `gateway/domain/catalogue/types`."
    yield ""
    yield from _table(
        ("type", "what it is", "slug", "CloudEvents type", "schema"),
        (
            (
                f"[{message.name}]({message.slug}.md)",
                message.title,
                message.slug,
                f"`{message.event_type}`",
                f"`{message.schema_uri}`",
            )
            for message in words.messages
        ),
    )


def _page(message: MessageType, words: Catalogue) -> Iterator[str]:
    yield f"# {message.name}"
    yield ""
    yield f"{message.title}. {message.title_en}."
    yield ""
    yield from _table(("", ""), _facts_of_type(message, words))
    yield ""
    yield "## Who"
    yield ""
    yield from _table(("role", "may", "reads for"), _people(message, words))
    yield ""
    yield "## Fields"
    yield ""
    yield from _table(
        ("field", "type", "category", "required", "the hub sees it for"), map(_field, message.fields)
    )
    for rule in message.rules:
        when = f"`{rule.field}` is {'not ' if rule.unless else ''}`{str(rule.equals).lower()}`"
        yield ""
        yield f"Required when {when}: {_codes(rule.fields)}."
    yield ""
    yield "## What a mask leaves"
    yield ""
    yield from _table(
        ("field", *words.masks),
        ((f"`{f.name}`", *(_left(f, mask) for mask in words.masks)) for f in message.fields),
    )


def _facts_of_type(message: MessageType, words: Catalogue) -> Iterator[tuple[str, str]]:
    yield "slug", f"`{message.slug}`"
    yield "CloudEvents type", f"`{message.event_type}`"
    yield "schema", f"`{message.schema_uri}`"
    yield "subject", f"`{inbox_subject('<oin>', '<urgency>', message.slug)}`"
    yield "sent when", message.trigger
    yield "legal basis", message.basis
    yield "states", message.states_named or ", ".join(f"{s} ({words.states[s].nl})" for s in message.states)
    yield "purposes", _codes((*message.purposes, *message.purposes_last))
    yield "urgency", message.urgency.text
    yield "expected reply", message.reply_note
    yield "may open a case", "yes" if message.opens_case else "no"
    yield "records", "; ".join(_act(message)) or "no act"
    for requirement in message.requires:
        where = f" in {', '.join(requirement.states)}" if requirement.states else ""
        yield "needs", f"`{requirement.key}`{where}, else {requirement.rule}"
    if message.note:
        yield "note", message.note


def _act(message: MessageType) -> Iterator[str]:
    for act in message.acts:
        conditions = [f"{name} = {' or '.join(map(_word, values))}" for name, values in act.when.items()]
        yield f"{act.action}{' when ' + ' and '.join(conditions) if conditions else ''}"


def _people(message: MessageType, words: Catalogue) -> Iterator[tuple[str, str, str]]:
    for role in message.senders:
        yield _role(role, words), "send", ""
    if message.pilot_senders is not None:
        for role in message.pilot_senders.roles:
            yield _role(role, words), f"send, in a pilot ({message.pilot_senders.key})", ""
    for role in message.recipients:
        needed = message.recipient_requires.get(role)
        condition = f", only with `{needed.key}`" if needed is not None else ""
        yield (
            _role(role, words),
            f"receive{condition}",
            ", ".join(message.reads_as.get(role, ())) or "the first of its purposes that is valid then",
        )


def _role(role: RoleId, words: Catalogue) -> str:
    return "every role" if role == ANYONE else f"{words.roles[role].label} (`{role}`)"


def _field(field: Field) -> tuple[str, ...]:
    required = "yes" if field.required else ""
    return f"`{field.name}`", f"`{field.type}`", field.category, required, field.fact_reason


def _left(field: Field, mask: str) -> str:
    row: MaskRow = mask_table()[MaskId(mask)][field.kind]
    match row.action:
        case Action.KEEP:
            return "all"
        case Action.SUMMARY:
            return "summary"
        case Action.DROP:
            return "-"
    how = "" if row.how is None else row.how.value.replace("_", " ")
    return f"{how}: {', '.join(row.members)}" if row.members else how


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _word(value: bool | str) -> str:  # noqa: FBT001 - a value of the catalogue
    return str(value).lower() if isinstance(value, bool) else value


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"
