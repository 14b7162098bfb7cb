"""The JSON of the node's API. Members are Dutch and camelCase; `inhoud` keeps the catalogue's names."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from gateway.protocol.clock_questions import ExtensionReason
from gateway.protocol.wire import FactValue, Kant

UuidText = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Oin = Annotated[str, Field(pattern=r"^[0-9]{20}$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Moment = Annotated[AwareDatetime, Field(strict=False)]


class Body(BaseModel):
    """Closed and strict: an unknown member or a number for a text is refused, with every other mistake."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, alias_generator=to_camel, populate_by_name=True
    )


class Ontvanger(Body):
    """Een organisatie in een rol."""

    oin: Oin
    rol: Name


class Bericht(Body):
    """Een bericht om te plannen of te versturen. `zaakId` voor een bestaande zaak, `gemeentecode` om er een te openen.

    Met een eigen `berichtId` mag hetzelfde verzoek herhaald worden: het krijgt dan zijn eerste uitkomst. Zonder
    `ontvangers` gaat een `bericht.correctie` naar iedereen die het oorspronkelijke bericht kreeg.
    """

    bericht_id: UuidText | None = None
    zaak_id: UuidText | None = None
    gemeentecode: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None
    correlatie_id: UuidText | None = None
    in_antwoord_op: UuidText | None = None
    type: Name
    rol: Name
    doel: Name | None = None
    handeling: Name | None = None
    ontvangers: Annotated[list[Ontvanger], Field(min_length=1, max_length=50)] | None = None
    inhoud: dict[str, Any]


class Weggelaten(Body):
    """Een veld dat niet getoond wordt zoals de afzender het invulde, en waarom."""

    veld: str
    regel: str
    reden: str
    artikel: str
    bij_lezen: bool = False


class Ontvangst(Body):
    """Een bevestiging van de ontvanger, door zijn knooppunt ondertekend."""

    soort: str
    tijdstip: str


class Terughaling(Body):
    """`teruggehaald`: niemand had het bericht geopend. `datalek`: iemand wel; `datalekId` wijst het dossier aan.

    `verklaard` is wat het knooppunt van de ontvanger ondertekende: `vernietigd`, `in_systeem` of `geopend`.
    """

    kopie_id: str
    uitkomst: str
    besloten_op: str
    datalek_id: str | None
    verklaard: str | None


class Aflevering(Body):
    """Waar de kopie van een ontvanger is, en wat hij niet krijgt."""

    oin: str
    rol: str
    kopie_id: str | None
    status: str
    doel: str | None
    weggelaten: list[Weggelaten]
    ontvangsten: list[Ontvangst]
    terughaling: Terughaling | None = None


class Antwoord(Body):
    """Een antwoord dat binnenkwam. `spreektTegen` noemt antwoorden die er niet naast waar kunnen zijn."""

    bericht_id: str
    type: str
    van: str
    aangenomen_op: str
    te_laat: bool
    dubbel: bool
    spreekt_tegen: list[str]


class VerwachtAntwoord(Body):
    """Een antwoord dat een organisatie schuldig is, of een van meer. `stand` is `wacht`, `uitgebleven`, `geweigerd`,
    `beantwoord`, `te_laat` of `tegenstrijdig`."""

    van: list[str]
    uiterlijk: str | None
    stand: str
    antwoorden: list[Antwoord]


class Gesprek(Body):
    """Hoe het met de antwoorden op een bericht staat, en waarop het bericht zelf een antwoord is.

    `teLaat`, `dubbel` en `spreektTegen` gaan over het bericht zelf, als antwoord op `antwoordOp`.
    """

    verwacht: list[VerwachtAntwoord]
    ongevraagd: list[str]
    volledig: bool
    antwoord_op: str | None
    te_laat: bool
    dubbel: bool
    spreekt_tegen: list[str]


class Correctie(Body):
    """Een correctie van een bericht: `kopieId` is uw kopie daarvan; `aanvaard` zodra iemand haar op zich nam."""

    kopie_id: str
    soort: str
    ontvangen_op: str
    aanvaard: bool


class Opmerking(Body):
    """Wat opvalt aan wat iemand schreef; `pointer` wijst het veld aan."""

    pointer: str
    code: str
    tekst: str


class VerstuurdBericht(Body):
    """Een verstuurd bericht: `wacht` zolang de hub niet antwoordde, dan `aangenomen` of `geweigerd`.

    `gesprek` staat er niet zolang de hub niet kan zeggen hoe het met de antwoorden staat. `kenmerken` noemt `betwist`
    als de juistheid van dit bericht, of van waar het op rust, betwist is. `opmerkingen` staan alleen in het antwoord op
    het versturen.
    """

    bericht_id: str
    zaak_id: str
    type: str
    rol: str
    urgentie: str
    toestand: str
    verstuurd_op: str
    afleveringen: list[Aflevering]
    kenmerken: list[str] = []
    weigering: str | None = None
    opmerkingen: list[Opmerking] = []
    gesprek: Gesprek | None = None


class Afzender(Body):
    """Wie een kopie verstuurde."""

    oin: str
    naam: str
    rol: str


class DocumentVerwijzing(Body):
    """Een opgeslagen document, zoals een bericht het in een veld noemt: `document` gaat zo in de inhoud."""

    document: dict[str, Any]


class Opmaak(Body):
    """Een bericht waarvan het document opgemaakt wordt, met zijn velden zoals ze verstuurd worden."""

    type: Name
    rol: Name
    bestandsnaam: Annotated[str, Field(min_length=5, max_length=154)]
    inhoud: dict[str, Any]


class DocumentToestand(Body):
    """Waar een document van een kopie is: `wacht`, `compleet` of `afgekeurd`."""

    veld: str
    toestand: str


class PostvakKopie(Body):
    """Een kopie in het postvak, zonder inhoud. Is het bericht gecorrigeerd, ingetrokken, betwist of teruggehaald, dan
    staat dat in `kenmerken`; `correcties` wijst de kopieën van de correcties aan."""

    kopie_id: str
    bericht_id: str
    zaak_id: str
    type: str
    titel: str
    afzender: Afzender
    rol: str
    doel: str
    urgentie: str
    verstuurd_op: str
    ontvangen_op: str
    kenmerken: list[str]
    correcties: list[Correctie] = []
    ontvangsten: list[Ontvangst]
    gesprek: Gesprek | None = None


class OpenVraag(Body):
    """Het doel waarvoor u leest; `noodgeval` is de reden om zonder toewijzing te lezen, en wordt nagekeken."""

    doel: Name | None = None
    noodgeval: Annotated[str, Field(min_length=10, max_length=500)] | None = None


class Bewaartermijn(Body):
    """Zo veel jaar na deze gebeurtenis in de zaak wordt de inhoud vernietigd. `vanaf` is nu altijd `sluiting`."""

    jaren: int
    vanaf: str


class RihgOnderdeel(Body):
    """Een onderdeel met zijn niveau en aantal rode signalen, voor zover u die velden hebt."""

    onderdeel: str
    niveau: str | None
    aantal_rood: int | None


class RihgUitkomst(Body):
    """Wat het RiHG in beginsel betekent, uit de velden die u hebt; mensen beslissen. `inBeginselHuisverbod` is leeg als
    dat niet te zeggen is. Risicosignalen staan ernaast en tellen alleen in een simulatie mee. Zonder geladen
    instrument is niet bekend welk signaal bij welk onderdeel hoort."""

    versie: str
    instrument_geladen: bool
    in_beginsel_huisverbod: bool | None
    regel: str | None
    onderdelen: list[RihgOnderdeel]
    risicosignalen: list[str] | None
    risicosignalen_meegeteld: bool
    opmerkingen: list[Opmerking]


class GelezenKopie(Body):
    """Wat u onder dit doel van de kopie ziet, en wat niet en waarom. Zonder `besluitId` is zij geopend terwijl de hub
    niet bereikbaar was; dat wordt nagekeken."""

    kopie: PostvakKopie
    doel: str
    besluit_id: str | None
    inhoud: dict[str, Any]
    weggelaten: list[Weggelaten]
    bewaren: Bewaartermijn | None
    rihg: RihgUitkomst | None


class OpZichNemen(Body):
    """Aan welke kant in de zaak staat wie het bericht op zich neemt. Zonder `kant` blijft die onbekend, en gaan
    gegevens die het slachtoffer vindbaar maken niet naar een rol die aan een kant kan staan."""

    kant: Kant | None = None


class Aanvaarding(Body):
    """`gemeld`: de hub weet het al; anders gaat het vanzelf."""

    kopie_id: str
    gemeld: bool


class Handeling(Body):
    """Een handeling zonder bericht, zoals `sluiten`."""

    zaak_id: UuidText
    handeling: Name
    rol: Name
    feiten: dict[str, FactValue] = {}
    gebeurd_op: Moment


class KlokAfhandeling(Body):
    """Wie de taak van een klok buiten Schakel heeft gedaan, bijvoorbeeld per telefoon: in welke rol, en waarvoor."""

    rol: Name
    doel: Name


class KlokVerlenging(Body):
    """Waarom een taak meer tijd krijgt, en wie dat in welke rol beslist."""

    rol: Name
    doel: Name
    reden: ExtensionReason


class Toewijzing(Body):
    """Een medewerker werkt aan een zaak, of niet langer. `kant` is verplicht, behalve bij beeindigen."""

    zaak_id: UuidText
    medewerker: Name
    rol: Name
    kant: Kant | None = None
    beeindigen: bool = False


class Dienst(Body):
    """Een medewerker heeft dienst in een rol."""

    medewerker: Name
    rol: Name
    van: Moment
    tot: Moment


class Samenvatting(Body):
    """Een goedgekeurde tekst in plaats van alle velden van een categorie, voor lezers in deze rollen met dit doel."""

    zaak_id: UuidText
    rol: Name
    rollen: Annotated[list[Name], Field(min_length=1, max_length=20)]
    doel: Name
    verloopt_op: Moment
    categorie: Name
    tekst: Annotated[str, Field(min_length=1, max_length=500)]


class Bewerking(Body):
    """Een goedgekeurde, geschoonde versie van een veld: zonder bron of derden, en verder gelijk."""

    zaak_id: UuidText
    rol: Name
    rollen: Annotated[list[Name], Field(min_length=1, max_length=20)]
    doel: Name
    verloopt_op: Moment
    type: Name
    veld: Name
    origineel: Any
    bewerkt: Any


class Goedkeuring(Body):
    """Wat vastligt."""

    goedkeuring_id: str
    verloopt_op: str


class OntbrekendNummer(Body):
    """Een nummer dat een afzender telde en dat nooit kwam: vraag hem wat hij stuurde."""

    soort: Literal["afzendernummer-ontbreekt"] = "afzendernummer-ontbreekt"
    zaak_id: str
    afzender: str
    rol: str
    nummer: int
    opgemerkt_op: str


class ApartGezet(Body):
    """Een stuk dat niet te vertrouwen was: bewaard, aan niemand getoond, en zo mogelijk gemeld."""

    soort: Literal["apart-gezet"] = "apart-gezet"
    kopie_id: str | None
    reden: str
    gemeld: bool
    ontvangen_op: str


class Noodopening(Body):
    """Een kopie die in een noodgeval geopend is: zonder toewijzing (`breekglas`) of zonder de hub (`hub_weg`)."""

    noodopening_id: str
    kopie_id: str
    zaak_id: str
    rol: str
    medewerker: str
    doel: str
    soort: str
    reden: str
    geopend_op: str
    nakijken_voor: str
    nagekeken_door: str | None
    nagekeken_op: str | None


class Signalen(Body):
    """Wat niet hoort te gebeuren en waar iemand naar moet kijken."""

    ontbrekend: list[OntbrekendNummer]
    apart_gezet: list[ApartGezet]
