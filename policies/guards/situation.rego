# The situation that a purpose needs.
# Guards G11 to G14, G19 and G20: a purpose counts only where its ground exists. Those of `steps.leesdoel` also say
# whether a purpose is usable for a recipient.

package schakel.guards

import data.schakel.facts
import data.schakel.text

# METADATA
# title: There is a criminal case
# description: >-
#   For zsm, waarschuwing and reclassering; the last also on an order of the municipality.
# custom:
#   rule_id: G11_geen_strafzaak
#   citation: "Wpg 16(1)(b); Sv 162, 509hh; Reclasseringsregeling 8(1)"
#   status: C
#   message_nl: "Er loopt geen strafzaak."
#   message_en: "There is no running criminal case."
#   next_step_nl: "Wacht tot er een strafzaak loopt en die is vastgelegd."
#   next_step_en: "Wait until there is a criminal case on record."
refuses("G11", actor) := text.because(rego.metadata.rule()) if not _criminal_case(actor)

# METADATA
# title: There is a breach or a conduct order, or the ban runs
# description: >-
#   For handhaving. The OM needs a criminal case as well while the ban runs.
# custom:
#   rule_id: G12_geen_open_overtreding
#   citation: "Wth 10(2), 11; Sv 509hh"
#   status: C
#   message_nl: "Er is geen overtreding in behandeling en geen gedragsaanwijzing van kracht."
#   message_en: "No breach is being handled and no conduct order is in force."
#   next_step_nl: "Meld eerst de overtreding of leg de gedragsaanwijzing vast."
#   next_step_en: "First report the breach or put the conduct order on record."
refuses("G12", actor) := text.because(rego.metadata.rule()) if not _enforceable(actor)

# METADATA
# title: Veilig Thuis has a report
# description: >-
#   An advice call gives no right to data.
# custom:
#   rule_id: G13_geen_melding
#   citation: "Wmo 2015 5.1.6(2)"
#   status: C
#   message_nl: "Er is alleen advies gevraagd, geen melding gedaan."
#   message_en: "Only advice was asked; there is no report."
#   next_step_nl: "Laat Veilig Thuis eerst een melding vastleggen."
#   next_step_en: "Have Veilig Thuis record a report first."
refuses("G13", actor) := text.because(rego.metadata.rule()) if not _reported(actor)

# METADATA
# title: The person is on the case list
# description: >-
#   Nobody fishes for others through a case.
# custom:
#   rule_id: G14_persoon_niet_in_zaak
#   citation: "AVG 5(1)(c); Wmo 2015 5.1.6(2)"
#   status: S
#   message_nl: "Deze persoon hoort niet bij de zaak."
#   message_en: "This person does not belong to the case."
#   next_step_nl: "Vraag alleen naar personen op de lijst van de zaak."
#   next_step_en: "Ask only about persons on the case list."
refuses("G14", actor) := text.because(rego.metadata.rule()) if not _in_case(actor)

# METADATA
# title: Minors are involved
# description: >-
#   For child protection, and for the RvdK where it is warned or asked.
# custom:
#   rule_id: G19_geen_minderjarigen
#   citation: "Jeugdwet 3.1; AVG 5(1)(c)"
#   status: S
#   message_nl: "Er zijn geen minderjarigen bij deze zaak betrokken."
#   message_en: "No minors are involved in this case."
#   next_step_nl: "Leg eerst vast dat er kinderen bij de zaak betrokken zijn."
#   next_step_en: "First record that children are involved in the case."
refuses("G19", actor) := text.because(rego.metadata.rule()) if not _minors(actor)

# METADATA
# title: A question to this agency is open
# description: >-
#   Answering needs a question.
# custom:
#   rule_id: G20_geen_uitvraag
#   citation: "AVG 5(1)(b),(c)"
#   status: S
#   message_nl: "Er staat geen vraag aan uw organisatie open."
#   message_en: "No question to your organisation is open."
#   next_step_nl: "Wacht tot er een vraag aan uw organisatie is gesteld."
#   next_step_en: "Wait until your organisation has been asked."
refuses("G20", actor) := text.because(rego.metadata.rule()) if not _asked(actor)

_in_case(actor) if facts.is_true(actor.context, "persoon_in_zaak")

_criminal_case(actor) if not data.schakel.purposes[actor.purpose].criminal_case_facts

_criminal_case(actor) if {
	some key in data.schakel.purposes[actor.purpose].criminal_case_facts
	facts.is_true(actor.context, key)
}

_enforceable(actor) if not data.schakel.purposes[actor.purpose].needs_open_breach

_enforceable(actor) if facts.is_true(actor.context, "overtreding_open")

_enforceable(actor) if facts.is_true(actor.context, "gedragsaanwijzing_actief")

_enforceable(actor) if {
	actor.state in data.schakel.states.sets.verbod_loopt
	_case_for_om(actor)
}

_case_for_om(actor) if not data.schakel.roles[actor.role].needs_criminal_case

_case_for_om(actor) if facts.is_true(actor.context, "strafzaak")

_reported(actor) if not data.schakel.purposes[actor.purpose].needs_report

_reported(actor) if not data.schakel.roles[actor.role].needs_report

_reported(actor) if facts.is_true(actor.context, "melding")

_minors(actor) if facts.is_true(actor.context, "minderjarigen")

_minors(actor) if {
	not data.schakel.purposes[actor.purpose].needs_minors
	not _minors_for_role(actor)
}

_minors_for_role(actor) if actor.purpose in data.schakel.roles[actor.role].needs_minors_under

_asked(actor) if not data.schakel.purposes[actor.purpose].needs_open_question

_asked(actor) if facts.is_true(actor.context, "uitvraag_open")
