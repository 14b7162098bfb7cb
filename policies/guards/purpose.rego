# Role, agency and purpose.
# Guards G01 to G05: who may act at all, and is the purpose one that this role may invoke in this state? Every guard
# refuses unless what it asks for is shown to hold, so that a missing fact refuses.

package schakel.guards

import data.schakel.facts
import data.schakel.text

# METADATA
# title: The role belongs to the agency
# description: >-
#   An agency acts only in the roles that it may carry.
# custom:
#   rule_id: G01_rol_past_niet_bij_organisatie
#   citation: "AVG 5(1)(f), 32"
#   status: S
#   message_nl: "Deze rol hoort niet bij uw organisatie."
#   message_en: "This role does not belong to your organisation."
#   next_step_nl: "Meld u aan met een rol van uw eigen organisatie."
#   next_step_en: "Sign in with a role of your own organisation."
refuses("G01", actor) := text.because(rego.metadata.rule()) if not _role_of_agency(actor)

# METADATA
# title: A purpose was stated
# description: >-
#   Purpose and necessity are stated by the asker, never assumed.
# custom:
#   rule_id: G02_geen_doel
#   citation: "AVG 5(1)(b); Wpg 3"
#   status: S
#   message_nl: "Er is geen doel en noodzaak opgegeven."
#   message_en: "No purpose and necessity were stated."
#   next_step_nl: "Geef op voor welk doel u dit nodig hebt, en waarom."
#   next_step_en: "State the purpose and why you need this."
refuses("G02", actor) := text.because(rego.metadata.rule()) if not _purpose_stated(actor)

# METADATA
# title: The purpose is on the closed list
# description: >-
#   Nobody invents a purpose.
# custom:
#   rule_id: G03_onbekend_doel
#   citation: "AVG 5(1)(b)"
#   status: S
#   message_nl: "Dit doel staat niet op de lijst."
#   message_en: "This purpose is not on the list."
#   next_step_nl: "Kies een doel van de lijst."
#   next_step_en: "Choose a purpose from the list."
refuses("G03", actor) := text.because(rego.metadata.rule()) if not _purpose_listed(actor)

# METADATA
# title: The purpose is valid in this state of the case
# description: >-
#   Each purpose has the states in which it can be invoked.
# custom:
#   rule_id: G04_doel_niet_geldig_in_toestand
#   citation: "AVG 5(1)(b)"
#   status: S
#   message_nl: "Dit doel geldt niet in de huidige fase van de zaak."
#   message_en: "This purpose is not valid in the present state of the case."
#   next_step_nl: "Wacht tot de zaak in een fase is waarin dit doel geldt, of kies het doel dat nu past."
#   next_step_en: "Wait until the case is in a state in which this purpose is valid, or choose the purpose that fits now."
refuses("G04", actor) := text.because(rego.metadata.rule()) if not _purpose_valid(actor)

# METADATA
# title: The role may invoke the purpose
# description: >-
#   Each purpose has the roles that can invoke it.
# custom:
#   rule_id: G05_rol_mag_doel_niet_inroepen
#   citation: "AVG 5(1)(b)"
#   status: S
#   message_nl: "Uw rol mag dit doel niet gebruiken."
#   message_en: "Your role may not use this purpose."
#   next_step_nl: "Laat een collega met de juiste rol dit doen."
#   next_step_en: "Let a colleague with the right role do this."
refuses("G05", actor) := text.because(rego.metadata.rule()) if not _purpose_invocable(actor)

# METADATA
# title: A purpose is valid in a state
valid_in_state(purpose, state) if state in data.schakel.purposes[purpose].states

# METADATA
# title: A role may invoke a purpose
role_in_purpose(role, purpose) if role in data.schakel.purposes[purpose].roles

# METADATA
# title: An agency may carry a role
carries(agency, role) if agency in data.schakel.roles[role].agencies

_role_of_agency(actor) if carries(actor.agency, actor.role)

_purpose_listed(actor) if data.schakel.purposes[actor.purpose]

_purpose_valid(actor) if valid_in_state(actor.purpose, actor.state)

_purpose_invocable(actor) if role_in_purpose(actor.role, actor.purpose)

_purpose_stated(actor) if {
	is_string(actor.purpose)
	facts.is_true(actor.context, "doel_verklaard")
}

_system_message(actor) if data.schakel.purposes[actor.purpose].system == true
