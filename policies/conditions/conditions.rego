# METADATA
# title: Conditions of matrix rows
# description: >-
#   What a row may depend on. Each condition says yes, no, or which fact is missing; the row then decides, its `else`, or
#   P_feit_ontbreekt. The facts describe the reader, in a send the recipient.
package schakel.conditions

import data.schakel.facts

# METADATA
# title: Necessity
# description: >-
#   A recorded statement that names why this item is needed.
# custom:
#   rule_id: C_NOODZAAK
#   context_key: noodzaak
#   citation: "AVG 5(1)(c); Wpg 3"
#   status: S
#   message_nl: "Er is vastgelegd waarom dit nodig is."
#   message_en: "It is recorded why this is needed."
state("C_NOODZAAK", actor) := facts.look(actor.context, "noodzaak")

# METADATA
# title: Consent
# description: >-
#   Recorded, specific, revocable consent of the person concerned.
# custom:
#   rule_id: C_TOEST
#   context_key: toestemming_betrokkene
#   citation: "AVG 6(1)(a), 7, 9(2)(a)"
#   status: U
#   message_nl: "De betrokkene heeft toestemming gegeven."
#   message_en: "The person concerned has consented."
state("C_TOEST", actor) := facts.look(actor.context, "toestemming_betrokkene")

# METADATA
# title: Child abuse
# description: >-
#   Suspected child abuse is a ground of the case.
# custom:
#   rule_id: C_KIND
#   context_key: kindermishandeling
#   citation: "Wth 2(3)"
#   status: N
#   message_nl: "Kindermishandeling is een grond in de zaak."
#   message_en: "Child abuse is a ground of the case."
state("C_KIND", actor) := facts.look(actor.context, "kindermishandeling")

# METADATA
# title: Child protection measure
# description: >-
#   The GI carries out an ondertoezichtstelling or voogdij for a child in the case.
# custom:
#   rule_id: C_OTS
#   context_key: ots
#   citation: "Jeugdwet 3.2(1), 7.3.11(4)"
#   status: C
#   message_nl: "De GI voert een maatregel uit voor een kind in de zaak."
#   message_en: "The GI carries out a measure for a child in the case."
state("C_OTS", actor) := facts.look(actor.context, "ots")

# METADATA
# title: Criminal case
# description: >-
#   The uithuisgeplaatste is suspect in a criminal case.
# custom:
#   rule_id: C_STRAFZAAK
#   context_key: strafzaak
#   citation: "Wpg 16(1)(b); Wjsg 39f"
#   status: C
#   message_nl: "Er loopt een strafzaak."
#   message_en: "There is a running criminal case."
state("C_STRAFZAAK", actor) := facts.look(actor.context, "strafzaak")

# METADATA
# title: Agreement of the OM
# description: >-
#   The recorded agreement of the OM for this item.
# custom:
#   rule_id: C_OM_AKKOORD
#   context_key: om_akkoord
#   citation: "Wjsg 39f"
#   status: C
#   message_nl: "Het OM is akkoord met dit onderdeel."
#   message_en: "The OM agrees for this item."
state("C_OM_AKKOORD", actor) := facts.look(actor.context, "om_akkoord")

# METADATA
# title: Decision under Wpg 19 or 20
# description: >-
#   A recorded decision that names recipient, data and purpose.
# custom:
#   rule_id: C_WPG20
#   context_key: wpg20_besluit
#   citation: "Wpg 19, 20"
#   status: C
#   message_nl: "Er is een besluit op grond van Wpg 19 of 20."
#   message_en: "There is a decision under Wpg 19 or 20."
state("C_WPG20", actor) := facts.look(actor.context, "wpg20_besluit")

# METADATA
# title: Need to reach the victim at the shelter
# description: >-
#   Approved by the shelter or the victim.
# custom:
#   rule_id: C_OPVANG
#   context_key: opvang_noodzaak
#   citation: "AVG 5(1)(c),(f)"
#   status: D
#   message_nl: "De opvang of het slachtoffer heeft dit goedgekeurd."
#   message_en: "The shelter or the victim approved this."
state("C_OPVANG", actor) := facts.look(actor.context, "opvang_noodzaak")

# METADATA
# title: Release by the physician
# description: >-
#   Decided by the treating physician or vertrouwensarts, and logged.
# custom:
#   rule_id: C_ARTS
#   context_key: arts_besluit
#   citation: "BW 7:457"
#   status: S
#   message_nl: "De arts heeft hierover besloten."
#   message_en: "The physician decided this."
state("C_ARTS", actor) := facts.look(actor.context, "arts_besluit")

# METADATA
# title: "Pilot: another taker of the RiHG"
# description: >-
#   The pilot flag includes this recipient, who takes the RiHG in this case.
# custom:
#   rule_id: C_PILOT_RIHG
#   context_key: pilot_rihg_afnemers
#   citation: "design choice, to be confirmed"
#   status: D
#   message_nl: "Deze ontvanger neemt in een proef het RiHG af."
#   message_en: "This recipient takes the RiHG in a pilot."
state("C_PILOT_RIHG", actor) := facts.look(actor.context, "pilot_rihg_afnemers")

# METADATA
# title: Own client
# description: >-
#   The person concerned is the client of the reader.
# custom:
#   rule_id: C_CLIENT
#   context_key: eigen_client
#   citation: "AVG 5(1)(b)"
#   status: S
#   message_nl: "De betrokkene is een eigen cliënt."
#   message_en: "The person concerned is an own client."
state("C_CLIENT", actor) := facts.look(actor.context, "eigen_client")

# METADATA
# title: Designated agency
# description: >-
#   The agency is the one designated in the decision for advice or help.
# custom:
#   rule_id: C_AANGEWEZEN
#   context_key: aangewezen
#   citation: "Wth 2(8)"
#   status: C
#   message_nl: "De organisatie is in het besluit aangewezen."
#   message_en: "The agency is designated in the decision."
state("C_AANGEWEZEN", actor) := facts.look(actor.context, "aangewezen")

# METADATA
# title: Own data
# description: >-
#   The owner of the data is the agency that reads; in a send also when the message makes it the owner.
# custom:
#   rule_id: C_EIGEN
#   context_key: eigenaar
#   citation: "AVG 5(1)(b)"
#   status: S
#   message_nl: "Het zijn eigen gegevens."
#   message_en: "The data are its own."
state("C_EIGEN", actor) := {"value": actor.owner}
