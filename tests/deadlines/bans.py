"""A ban and a release, as messages on the clocks of a case."""

from tests.deadlines.story import (
    BAN,
    IMPOSED_AT,
    MUNICIPALITY,
    OM,
    VEILIG_THUIS,
    Story,
    at,
)

NEXT_MORNING = "2026-02-10T08:00"

RECIPIENTS = ((MUNICIPALITY, "burgemeester"), (VEILIG_THUIS, "vt_medewerker"))


def impose(story: Story, now: str = IMPOSED_AT, **facts: object) -> None:
    story.tell("huisverbod.opgelegd", now, to=RECIPIENTS, facts={**BAN, **facts})


def extend(story: Story, now: str = "2026-02-19T12:00", until: str = "2026-03-10T02:10:00+01:00") -> None:
    story.tell(
        "huisverbod.verlengd",
        now,
        gebeurd_op=at(now).isoformat(),
        verlengd_tot=until,
        totaal_dagen=28,
        to=RECIPIENTS,
    )


def release(story: Story, now: str, **facts: object) -> str:
    return story.tell(
        "zsm.afdoening",
        now,
        sender=OM,
        in_vrijheid_op="2026-02-12T17:00:00+01:00",
        strafzaak_loopt=True,
        facts=facts,
    )


def told(story: Story, now: str, of: str, resultaat: str, **facts: object) -> None:
    story.tell(
        "achterblijver.geinformeerd",
        now,
        afdoening_id=of,
        resultaat=resultaat,
        gebeurd_op=at(now).isoformat(),
        facts=facts,
    )
