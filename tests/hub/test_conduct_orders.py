"""A conduct order that is extended, as an officer writes it, with the real policies. Source: Sv 509hh(4).

Orders of a week: the keys of the invented agencies hold for thirty days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gateway.domain.clock import latest_end, rfc3339
from gateway.hub.usecases.problem_answers import Reply
from tests.hub.asking import ask_reading, assign, duty
from tests.hub.bans import Ban, before_a_ban, moments
from tests.hub.makers import OM, POL, VT, RunningHub, Sender
from tests.hub.test_moments import attempt, rules

ORDER = "gedragsaanwijzing.gegeven"
TO = [(POL, "politie_wijkagent"), (VT, "vt_medewerker")]
DAY = timedelta(days=1)
WEEK = 7


@dataclass(frozen=True, kw_only=True)
class Enforcing:
    """The wijkagent, who reads a copy to enforce the order."""

    agent: Sender
    copy_id: str

    async def answer(self) -> tuple[int, str]:
        """The status, and the rule of a refusal."""
        body = (reply := await ask_reading(self.agent, self.copy_id, "handhaving")).answer.body
        return reply.answer.status, str(body.get("regel", ""))


async def with_criminal_case(hub: RunningHub) -> tuple[Ban, Sender, Enforcing]:
    """A case before a ban, with a suspect who is prosecuted, and the officer of justice and the wijkagent in it."""
    case = await before_a_ban(hub)
    officer = hub.node(OM, "om_ovj_zsm", "om-0001")
    assert (await duty(officer)).answer.status == 200
    settled = {"strafzaak_loopt": True} | moments(hub)
    decision = await officer.send("zsm.afdoening", case.case_id, settled, [(POL, "politie_wijkagent")])
    agent = hub.node(POL, "politie_wijkagent", "pol-0042")
    assert (await assign(agent, case.case_id)).answer.status == 200
    return case, officer, Enforcing(agent=agent, copy_id=decision.copies[0][0].kopie_id)


def order(hub: RunningHub, kind: str, begin: datetime, days: int = WEEK, **more: Any) -> dict[str, Any]:
    times = {"ingang": rfc3339(begin), "einde": rfc3339(latest_end(begin, days))}
    return {"soort": kind, "ernstige_bezwaren": True} | times | moments(hub) | more


def extension(hub: RunningHub, begin: datetime, number: int, **more: Any) -> dict[str, Any]:
    facts = {"verlenging_nr": number, "vervolging_ingesteld": True} | more
    return order(hub, "verlengd", begin) | facts


async def tried(case: Ban, officer: Sender, facts: dict[str, Any]) -> Reply:
    """Who is on duty changes with the days; the officer is."""
    assert (await duty(officer)).answer.status == 200
    return await attempt(officer, ORDER, case.case_id, facts, TO)


async def test_an_extension_that_is_to_follow_on_leaves_the_order_in_force(hub: RunningHub) -> None:
    case, officer, enforcing = await with_criminal_case(hub)
    assert await enforcing.answer() == (403, "G12_geen_open_overtreding")
    begin = hub.hands.now
    end = latest_end(begin, WEEK)
    assert (await tried(case, officer, order(hub, "gegeven", begin))).answer.status == 200
    assert await enforcing.answer() == (200, "")
    hub.hands.now = end - 2 * DAY
    assert (await tried(case, officer, extension(hub, end, 1))).answer.status == 200
    assert await enforcing.answer() == (200, "")
    hub.hands.now = end + DAY
    assert await enforcing.answer() == (200, "")
    hub.hands.now = latest_end(end, WEEK)
    assert await enforcing.answer() == (403, "G12_geen_open_overtreding")


async def test_attack_a_fourth_extension_under_the_number_of_an_earlier_one(hub: RunningHub) -> None:
    case, officer, _ = await with_criminal_case(hub)
    begin = hub.hands.now
    assert (await tried(case, officer, order(hub, "gegeven", begin))).answer.status == 200
    for number in (1, 2, 3):
        begin = latest_end(begin, WEEK)
        hub.hands.now = begin - DAY
        assert (await tried(case, officer, extension(hub, begin, number))).answer.status == 200
    begin = latest_end(begin, WEEK)
    hub.hands.now = begin - DAY
    for stated in (0, 1, 4):
        fourth = await tried(case, officer, extension(hub, begin, stated))
        assert (fourth.answer.status, rules(fourth)) == (403, ["T_verlenging_509hh"])
    renamed = await tried(case, officer, extension(hub, begin, 3, soort="gewijzigd"))
    assert (renamed.answer.status, rules(renamed)) == (403, ["T_verlenging_509hh"])


async def test_attack_an_extension_that_calls_itself_none_needs_the_prosecution_all_the_same(
    hub: RunningHub,
) -> None:
    case, officer, _ = await with_criminal_case(hub)
    begin = hub.hands.now
    assert (await tried(case, officer, order(hub, "gegeven", begin))).answer.status == 200
    unprosecuted = extension(hub, latest_end(begin, WEEK), 0, vervolging_ingesteld=False)
    refused = await tried(case, officer, unprosecuted)
    assert (refused.answer.status, rules(refused)) == (403, ["T_verlenging_509hh"])


async def test_an_extension_is_of_ninety_days_and_begins_where_the_order_ends(hub: RunningHub) -> None:
    """Written with the begin of the order that it extends, it would be one order of 180 days."""
    case, officer, _ = await with_criminal_case(hub)
    begin = hub.hands.now
    assert (await tried(case, officer, order(hub, "gegeven", begin, 90))).answer.status == 200
    whole = await tried(case, officer, extension(hub, begin, 1, einde=rfc3339(latest_end(begin, 180))))
    assert (whole.answer.status, rules(whole)) == (403, ["T_90_dagen"])
