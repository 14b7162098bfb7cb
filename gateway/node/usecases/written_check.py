"""Judges what somebody wrote before the hub is asked: the closed schema of its type, and the form that it is of.

The hub sees no content, so nobody after this node does.
"""

from collections.abc import Mapping
from typing import Final

from gateway.domain.content_schema import check_content
from gateway.domain.errors import Cause, InvalidInput
from gateway.domain.rihg import RIHG_MESSAGE, RihgVersion, check_rihg
from gateway.node.usecases.draft import Draft

_FORM_FIELDS: Final = frozenset({"rihg_versie", "signalen", "aantal_rood_per_onderdeel"})


def check_written(draft: Draft, forms: Mapping[str, RihgVersion]) -> None:
    """Raises InvalidInput with every mistake at once: those of the schema, and those of the form where the fields
    that it is judged by fit the schema."""
    try:
        check_content(draft.type, draft.content)
    except InvalidInput as wrong:
        if draft.message_type != RIHG_MESSAGE or not _is_form_whole(draft, wrong):
            raise
        raise InvalidInput(
            code=wrong.code,
            detail_nl=wrong.detail_nl,
            detail_en=wrong.detail_en,
            causes=(*wrong.causes, *_form_mistakes(draft, forms)),
        ) from wrong
    if draft.message_type == RIHG_MESSAGE:
        check_rihg(draft.content, forms)


def _is_form_whole(draft: Draft, wrong: InvalidInput) -> bool:
    broken = {cause.pointer.split("/")[2] for cause in wrong.causes if cause.pointer.count("/") > 1}
    return not _FORM_FIELDS & broken and set(draft.content) >= _FORM_FIELDS


def _form_mistakes(draft: Draft, forms: Mapping[str, RihgVersion]) -> tuple[Cause, ...]:
    try:
        check_rihg(draft.content, forms)
    except InvalidInput as wrong:
        return tuple(wrong.causes)
    return ()
