"""The JSON of taking a message back and of the breach files that follow. Names of fields and categories, no content."""

from gateway.node.http.bodies import Body, Name, Ontvanger, Terughaling
from gateway.node.storage.recalls import RecallOut
from gateway.protocol.recall import Breach, Reason, Step, StepReason


class Terughaalvraag(Body):
    """Bij welke ontvanger u het bericht terughaalt, en waarom."""

    ontvanger: Ontvanger
    reden: Reason


class DatalekVeld(Body):
    """Een veld dat de ontvanger kon zien: naam en categorie, nooit wat erin stond."""

    veld: str
    categorie: str
    masker: str | None


class GezetteStap(Body):
    """Een stap die gezet is."""

    stap: str
    reden: str | None
    rol: str
    medewerker: str
    gezet_op: str


class Datalek(Body):
    """Een bericht dat bij de verkeerde is geopend. `meldenVoor`: binnen 72 uur melden aan de AP (AVG 33, lid 1)."""

    datalek_id: str
    zaak_id: str
    bericht_id: str
    kopie_id: str
    type: str
    rol: str
    ontvanger: Ontvanger
    oorzaak: str
    reden: str
    gebeurd_op: str
    bekend_op: str
    melden_voor: str
    te_laat: bool
    velden: list[DatalekVeld]
    stappen: list[GezetteStap]
    gesloten: bool


class DatalekStap(Body):
    """Een stap bij een datalek. Een reden hoort bij niet melden, niet inlichten, en een melding na 72 uur."""

    rol: Name
    stap: Step
    reden: StepReason | None = None


def recall_view(decided: RecallOut) -> Terughaling:
    return Terughaling(
        kopie_id=decided.copy_id,
        uitkomst=decided.outcome,
        besloten_op=decided.decided_at,
        datalek_id=decided.breach_id,
        verklaard=decided.attested,
    )


def breach_view(file: Breach) -> Datalek:
    return Datalek(
        datalek_id=file.datalek_id,
        zaak_id=file.zaak_id,
        bericht_id=file.bericht_id,
        kopie_id=file.kopie_id,
        type=file.type,
        rol=file.afzender.rol,
        ontvanger=Ontvanger(oin=file.ontvanger.oin, rol=file.ontvanger.rol),
        oorzaak=file.oorzaak,
        reden=file.reden,
        gebeurd_op=file.gebeurd_op,
        bekend_op=file.bekend_op,
        melden_voor=file.melden_voor,
        te_laat=file.te_laat,
        velden=[DatalekVeld(veld=f.veld, categorie=f.categorie, masker=f.masker) for f in file.velden],
        stappen=[
            GezetteStap(
                stap=step.stap,
                reden=step.reden,
                rol=step.rol,
                medewerker=step.medewerker,
                gezet_op=step.gezet_op,
            )
            for step in file.stappen
        ],
        gesloten=file.gesloten,
    )
