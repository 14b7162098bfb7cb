"""The hub gives no document of a copy that was taken back, in time or too late, and takes none for it."""

from pathlib import Path

import pytest

from gateway.domain.errors import NotFound
from gateway.hub.usecases.documents import Documents
from gateway.hub.usecases.parts import Asker
from gateway.protocol.subjects import Verb
from tests.hub.bans import before_a_ban
from tests.hub.makers import GEM, POL, RunningHub
from tests.hub.recalling import take_back
from tests.hub.test_documents import FIELD, Report, pieces, standing

THE_MAYOR, THE_POLICE = (Asker(oin=oin, trace_id="a" * 32) for oin in (GEM, POL))


async def stored(hub: RunningHub, folder: Path, *, opened: bool) -> tuple[Report, Documents, bytes]:
    """A report of the police of which the mayor may have the document, taken back afterwards."""
    ban = await before_a_ban(hub)
    report = Report(running=hub, context=ban.imposed.copies[0][0], folder=folder)
    documents, body = standing(report, folder / "documenten"), report.part().read_bytes()
    await documents.take(THE_POLICE, report.context.kopie_id, FIELD, pieces(body))
    if opened:
        await hub.ask(Verb.RECEIPT, GEM, ban.mayor.receipt(ban.imposed, "geopend", staff="gem-0001"))
    assert (await documents.give(THE_MAYOR, report.context.kopie_id, FIELD)).row.size == len(body)
    decided = await take_back(ban.hovj, ban.imposed, "burgemeester")
    assert decided.answer.body["uitkomst"] == ("datalek" if opened else "teruggehaald"), decided.answer.body
    return report, documents, body


@pytest.mark.real
@pytest.mark.parametrize("opened", [False, True], ids=["unopened", "opened"])
async def test_a_document_of_a_copy_that_was_taken_back_is_not_found(
    each_hub: RunningHub, tmp_path: Path, *, opened: bool
) -> None:
    report, documents, body = await stored(each_hub, tmp_path, opened=opened)
    copy_id = report.context.kopie_id
    with pytest.raises(NotFound):
        await documents.give(THE_MAYOR, copy_id, FIELD)
    with pytest.raises(NotFound):
        await documents.take(THE_POLICE, copy_id, FIELD, pieces(body))
