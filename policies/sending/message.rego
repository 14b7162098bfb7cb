# Steps about the message itself: who may send it, in which state, with which data, and what it needs besides.

package schakel.sending

import data.schakel.facts
import data.schakel.text

# METADATA
# title: The role may send this message
# description: >-
#   Senders of a pilot count only while their flag is on.
# custom:
#   rule_id: S_afzender_niet_bevoegd
#   citation: "closed catalogue"
#   status: D
#   message_nl: "Uw rol mag dit bericht niet versturen."
#   message_en: "Your role may not send this message."
#   next_step_nl: "Laat een rol dit versturen die bij dit bericht hoort."
#   next_step_en: "Let a role send this that belongs to this message."
refuses["S_afzender_niet_bevoegd"] := text.because(rego.metadata.rule()) if not _may_send

# METADATA
# title: The message fits the state of the case
# description: >-
#   The case state, or the state after the act that commits with the message.
# custom:
#   rule_id: S_toestand
#   citation: "closed catalogue"
#   status: D
#   message_nl: "Dit bericht kan in deze fase van de zaak niet worden verstuurd."
#   message_en: "This message cannot be sent in this state of the case."
#   next_step_nl: "Wacht tot de zaak in de juiste fase is, of gebruik een ander bericht."
#   next_step_en: "Wait until the case is in the right state, or use another message."
refuses["S_toestand"] := text.because(rego.metadata.rule()) if not _state

# METADATA
# title: The message has a field for these data
# description: >-
#   Schemas are closed.
# custom:
#   rule_id: S_categorie_niet_in_schema
#   citation: "closed catalogue; AVG 5(1)(c)"
#   status: D
#   message_nl: "Dit bericht heeft geen veld voor deze gegevens."
#   message_en: "This message has no field for these data."
#   next_step_nl: "Laat deze gegevens weg; het bericht heeft er geen plaats voor."
#   next_step_en: "Leave these data out; the message has no place for them."
refuses["S_categorie_niet_in_schema"] := text.because(rego.metadata.rule()) if not _categories_fit

# METADATA
# title: What this message needs besides
# description: The first requirement of the message that is not met.
refuses["vereisten"] := [refusal |
	some requirement in _requirements
	refusal := unmet(requirement.rule, _sender_context, requirement.key)
][0]

# METADATA
# title: An appeal is pending
# description: >-
#   Provisional relief is asked beside an appeal.
# custom:
#   rule_id: S_geen_beroep
#   citation: "Awb 8:81"
#   status: C
#   message_nl: "Een voorlopige voorziening kan pas als beroep is ingesteld."
#   message_en: "Provisional relief needs a pending appeal."
#   next_step_nl: "Stel eerst beroep in."
#   next_step_en: "Appeal first."
unmet("S_geen_beroep", context, key) := text.because(rego.metadata.rule()) if not facts.is_true(context, key)

# METADATA
# title: The sender's agency sent the original
# description: >-
#   Only who sent a message corrects or recalls it.
# custom:
#   rule_id: S_afzender_niet_bevoegd
#   citation: "closed catalogue"
#   status: D
#   message_nl: "Uw rol mag dit bericht niet versturen."
#   message_en: "Your role may not send this message."
#   next_step_nl: "Laat een rol dit versturen die bij dit bericht hoort."
#   next_step_en: "Let a role send this that belongs to this message."
unmet("S_afzender_niet_bevoegd", context, key) := text.because(rego.metadata.rule()) if not facts.is_true(context, key)

# METADATA
# title: A conduct order is in force
# description: >-
#   Where no ban was imposed, only a breach of a conduct order can be reported.
# custom:
#   rule_id: G12_geen_open_overtreding
#   citation: "Wth 10(2), 11; Sv 509hh"
#   status: C
#   message_nl: "Er is geen overtreding in behandeling en geen gedragsaanwijzing van kracht."
#   message_en: "No breach is being handled and no conduct order is in force."
#   next_step_nl: "Meld eerst de overtreding of leg de gedragsaanwijzing vast."
#   next_step_en: "First report the breach or put the conduct order on record."
unmet("G12_geen_open_overtreding", context, key) := text.because(rego.metadata.rule()) if not facts.is_true(context, key)

# METADATA
# title: There is a criminal case for the OM
# description: >-
#   The OM hears of a ban only when there is a criminal case.
# custom:
#   rule_id: G11_geen_strafzaak
#   citation: "Wpg 16(1)(b); Sv 162, 509hh; Reclasseringsregeling 8(1)"
#   status: C
#   message_nl: "Er loopt geen strafzaak."
#   message_en: "There is no running criminal case."
#   next_step_nl: "Wacht tot er een strafzaak loopt en die is vastgelegd."
#   next_step_en: "Wait until there is a criminal case on record."
unmet("G11_geen_strafzaak", context, key) := text.because(rego.metadata.rule()) if not facts.is_true(context, key)

_message_refusals := [refusal |
	some step in data.schakel.steps.bericht
	refusal := refuses[step]
]

_may_send if _listed(input.subject.role, _message.senders)

_may_send if {
	input.subject.role in _message.pilot_senders.roles
	facts.is_true(input.context, _message.pilot_senders.key)
}

_listed(role, roles) if role in roles

# Every role that an agency may carry.
_listed(_, ["*"])

# The state in which the message is judged: an act and its message commit together.
_state := [state |
	some state in [input.resource.case_state, object.get(input.resource, "state_after", null)]
	state in _message.states
][0]

_categories_fit if count(_asked - {category | some category in _message.categories}) == 0

_asked := {category | some category in input.categories} if _categories_named

_asked := {category | some category in _message.categories} if not _categories_named

_categories_named if "categories" in object.keys(input)

_requirements := [requirement |
	some requirement in _message.requires
	_required_in(requirement.states)
]

_required_in(null)

_required_in(states) if _state in states

# Facts that only this message needs of its sender.
_special_keys := {requirement.key | some requirement in _requirements} | _pilot_keys

default _pilot_keys := set()

_pilot_keys := {_message.pilot_senders.key} if input.subject.role in _message.pilot_senders.roles
