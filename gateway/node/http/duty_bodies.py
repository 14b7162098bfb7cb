"""The JSON of duties, alarms and registers in the node's API."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.node.http.bodies import Body, Moment, Name, Oin, Ontvanger, UuidText

Gemeentecode = Annotated[str, Field(pattern=r"^[0-9]{4}$")]


class Rooster(Body):
    """Een rooster als bestand; `rol` is die waarin u het aanlevert. Alles wordt overgenomen, of niets."""

    rol: Name
    formaat: Literal["csv", "icalendar"]
    bestand: Annotated[str, Field(min_length=1, max_length=1_000_000)]


class Vervanging(Body):
    """`vervanger` heeft in deze periode de diensten van `medewerker` in deze rol."""

    rol: Name
    medewerker: Name
    vervanger: Name
    van: Moment
    tot: Moment


class Overdracht(Body):
    """`opvolger` neemt de lopende dienst en het open werk van `medewerker` in deze rol over."""

    rol: Name
    medewerker: Name
    opvolger: Name


class InRol(Body):
    """De rol waarin u dit doet."""

    rol: Name


class MandaatVan(Body):
    """Een mandaat van de burgemeester. Met een eigen `mandaatId` mag hetzelfde verzoek herhaald worden."""

    mandaat_id: UuidText | None = None
    rol: Name
    gemeentecode: Gemeentecode
    soort: Literal["beslissing", "ondertekening"]
    houder_oin: Oin
    houder_rol: Name
    houder: Name
    van: Moment
    tot: Moment


class Verklaring(Body):
    """Een akkoord of een toestemming in een zaak. Over een verstrekking: `ontvanger`, `categorie` en `doelen`; over een
    besluit: `besluit`; over een opdracht: `opdrachtnemer`."""

    verklaring_id: UuidText | None = None
    zaak_id: UuidText
    rol: Name
    soort: Name
    ontvanger: Ontvanger | None = None
    categorie: Name | None = None
    doelen: Annotated[list[Name], Field(default_factory=list, max_length=20)]
    besluit: Name | None = None
    opdrachtnemer: Oin | None = None
    van: Moment
    tot: Moment


class Proef(Body):
    """De deelname van een gemeente aan de proef van een regio; `instellingen` is het bestand van de regio."""

    proef_id: UuidText | None = None
    rol: Name
    gemeentecode: Gemeentecode
    instellingen: Annotated[str, Field(min_length=1, max_length=20_000)]
    van: Moment
    tot: Moment
