"""The JSON that a pretend agency takes and gives. Dutch member names, like every API of Schakel; closed and strict."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel

Uuid = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
]
Short = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class _Document(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, validate_by_name=True
    )


class Afzender(_Document):
    """The organisation and role that sent the message."""

    oin: Annotated[str, StringConstraints(pattern=r"^[0-9]{20}$")]
    rol: Short


class Weggelaten(_Document):
    """A field that the copy does not hold as it was filled in, and the rule behind it."""

    veld: Short
    regel: Short


class Regel(_Document):
    """A line that the system shows."""

    kop: Short
    tekst: str


class Aflevering(_Document):
    """One delivery, as `adapters.http_system` hands it over."""

    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    berichttype: Short
    afzender: Afzender
    rol: Short
    doel: Short
    urgentie: Short
    verzonden_op: Short
    inhoud: dict[str, Any]
    weggelaten: list[Weggelaten]
    kenmerken: list[Short]
    correcties: list[Uuid]
    regels: list[Regel]


class Terughaling(_Document):
    """A copy that was taken back, as `adapters.http_system` tells it."""

    melding_id: Short
    soort: Literal["teruggehaald", "datalek"]
    kopie_id: Uuid
    bericht_id: Uuid
    zaak_id: Uuid
    berichttype: Short
    afzender: Afzender
    rol: Short
    referentie: Short | None
    teruggehaald_op: Short


class Alarm(_Document):
    """An alarm of the hub. Closed: whatever else a hub might tell of a case, a pager does not take it."""

    alarm_id: Short
    zaak: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    klok: Short
    opdracht: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    urgentie: Short
    ontstaan_op: Short
    uiterlijk: Short | None
    telefoon: Short
    tekst: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    simulatie: bool = False


class Oproep(_Document):
    """What the pager of one duty went off for."""

    dienst: Short
    ontvangen_op: Short
    alarm: Alarm


class Piepers(_Document):
    """Every call, oldest first."""

    oproepen: list[Oproep]


class Aanmelding(_Document):
    """Who wants to be taken for whom."""

    medewerker: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Aangemeld(_Document):
    """A token of an invented person."""

    medewerker: str
    naam: str
    rollen: list[str]
    toegangstoken: str
    soort: Literal["Bearer"] = "Bearer"
    verloopt_op: str
    nagebootst: Literal[True] = True
    waarschuwing: str = "Nagebootste aanmelding zonder controle, alleen voor ontwikkeling op deze machine."


class Overname(_Document):
    """The system keeps the delivery under this reference."""

    kopie_id: str
    referentie: str


class Genoteerd(_Document):
    """The system knows that the copy was taken back, and whether it had taken it over."""

    melding_id: str
    referentie: str
    had_aflevering: bool


class Poststuk(_Document):
    """One delivery in the mailbox; of one that was taken back nothing is shown but that."""

    referentie: str
    ontvangen_op: str
    aflevering: Aflevering


class Postbak(_Document):
    """What was handed over for the roles of the one who asks, and what was taken back of it, each as it came in."""

    poststukken: list[Poststuk]
    terughalingen: list[Terughaling]


class Medewerker(_Document):
    """An invented person, for whoever wants to sign in as one."""

    medewerker: str
    naam: str
    rollen: list[str]


class Organisatie(_Document):
    """What this server pretends to be."""

    oin: str
    naam: str
    soort: str
    nagebootst: Literal[True] = True
    uitgever: str
    doelgroep: str
    medewerkers: list[Medewerker]
