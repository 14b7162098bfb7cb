# Assignment, territory and incompatible tasks.
# Guards G06, G07 and G10, and their forms for a sender (s; not for system messages), for a decision about the case
# (b; no emergency access) and for seeing a case (a; about no category).

package schakel.guards

import data.schakel.facts
import data.schakel.text

# METADATA
# title: The agency is competent for the address
# description: >-
#   Municipality, unit, region or parket follow from the address of the dwelling.
# custom:
#   rule_id: G07_niet_bevoegd_gebied
#   citation: "Wth 2(1); Wpg 6"
#   status: C
#   message_nl: "Uw organisatie is niet bevoegd voor dit adres."
#   message_en: "Your organisation is not competent for this address."
#   next_step_nl: "Verwijs naar de organisatie die voor dit adres bevoegd is."
#   next_step_en: "Refer to the organisation that is competent for this address."
refuses("G07", actor) := text.because(rego.metadata.rule()) if not _competent(actor)

# METADATA
# title: No incompatible task in this case
# description: >-
#   Who weighed the request in the weegteam does not screen.
# custom:
#   rule_id: G10_functiescheiding
#   citation: "Handreiking h.2"
#   status: S
#   message_nl: "U had in deze zaak al een andere, onverenigbare taak."
#   message_en: "You already had another, incompatible task in this case."
#   next_step_nl: "Laat een collega dit doen die niet eerder in deze zaak heeft meegewogen."
#   next_step_en: "Let a colleague do this who had no other task in this case."
refuses("G10", actor) := text.because(rego.metadata.rule()) if not _no_conflict(actor)

# METADATA
# title: The sender is competent for the address
# description: >-
#   As G07. Receipts, refusals and corrections pass everywhere.
# custom:
#   rule_id: G07_niet_bevoegd_gebied
#   citation: "Wth 2(1); Wpg 6"
#   status: C
#   message_nl: "Uw organisatie is niet bevoegd voor dit adres."
#   message_en: "Your organisation is not competent for this address."
#   next_step_nl: "Verwijs naar de organisatie die voor dit adres bevoegd is."
#   next_step_en: "Refer to the organisation that is competent for this address."
refuses("G07s", actor) := text.because(rego.metadata.rule()) if {
	not _system_message(actor)
	not _competent(actor)
}

# METADATA
# title: The sender has no incompatible task
# description: >-
#   As G10. Receipts, refusals and corrections always pass.
# custom:
#   rule_id: G10_functiescheiding
#   citation: "Handreiking h.2"
#   status: S
#   message_nl: "U had in deze zaak al een andere, onverenigbare taak."
#   message_en: "You already had another, incompatible task in this case."
#   next_step_nl: "Laat een collega dit doen die niet eerder in deze zaak heeft meegewogen."
#   next_step_en: "Let a colleague do this who had no other task in this case."
refuses("G10s", actor) := text.because(rego.metadata.rule()) if {
	not _system_message(actor)
	not _no_conflict(actor)
}

# METADATA
# title: Assigned, to decide about the case
# description: >-
#   Breaking glass opens data; it gives no power to decide.
# custom:
#   rule_id: G06_niet_toegewezen
#   citation: "AVG 5(1)(f); Wpg 6"
#   status: S
#   message_nl: "U bent niet aan deze zaak toegewezen."
#   message_en: "You are not assigned to this case."
#   next_step_nl: "Laat u aan de zaak toewijzen; gebruik noodtoegang als er direct gevaar is en u dienst hebt."
#   next_step_en: "Have yourself assigned to the case; use emergency access in immediate danger when you are on duty."
refuses("G06b", actor) := text.because(rego.metadata.rule()) if not _assigned(actor)

# METADATA
# title: Assigned, or in an emergency, to see the case
# description: >-
#   As G06, for questions that are about no category.
# custom:
#   rule_id: G06_niet_toegewezen
#   citation: "AVG 5(1)(f); Wpg 6"
#   status: S
#   message_nl: "U bent niet aan deze zaak toegewezen."
#   message_en: "You are not assigned to this case."
#   next_step_nl: "Laat u aan de zaak toewijzen; gebruik noodtoegang als er direct gevaar is en u dienst hebt."
#   next_step_en: "Have yourself assigned to the case; use emergency access in immediate danger when you are on duty."
refuses("G06a", actor) := text.because(rego.metadata.rule()) if {
	not _assigned(actor)
	not _emergency(actor)
}

# METADATA
# title: Assigned, or in an emergency, for this category
# description: >-
#   Breaking glass replaces assignment only: on duty, for screening or handhaving, for the emergency set of categories.
# custom:
#   rule_id: G06_niet_toegewezen
#   citation: "AVG 5(1)(f); Wpg 6"
#   status: S
#   message_nl: "U bent niet aan deze zaak toegewezen."
#   message_en: "You are not assigned to this case."
#   next_step_nl: "Laat u aan de zaak toewijzen; gebruik noodtoegang als er direct gevaar is en u dienst hebt."
#   next_step_en: "Have yourself assigned to the case; use emergency access in immediate danger when you are on duty."
withholds("G06", actor, asked) := {category: refusal |
	refusal := text.because(rego.metadata.rule())
	some category in (asked - _open_in_emergency(actor))
} if {
	not _assigned(actor)
}

# METADATA
# title: The sender is assigned, or in an emergency
# description: >-
#   As G06. Receipts, refusals and corrections always pass.
# custom:
#   rule_id: G06_niet_toegewezen
#   citation: "AVG 5(1)(f); Wpg 6"
#   status: S
#   message_nl: "U bent niet aan deze zaak toegewezen."
#   message_en: "You are not assigned to this case."
#   next_step_nl: "Laat u aan de zaak toewijzen; gebruik noodtoegang als er direct gevaar is en u dienst hebt."
#   next_step_en: "Have yourself assigned to the case; use emergency access in immediate danger when you are on duty."
withholds("G06s", actor, asked) := {category: refusal |
	refusal := text.because(rego.metadata.rule())
	some category in (asked - _open_in_emergency(actor))
} if {
	not _system_message(actor)
	not _assigned(actor)
}

# METADATA
# title: Broken glass is what lets this actor in
in_emergency(actor) if {
	not _assigned(actor)
	_emergency(actor)
}

_competent(actor) if facts.is_true(actor.context, "gebied_bevoegd")

_no_conflict(actor) if facts.is_false(actor.context, "functiescheiding_conflict")

_assigned(actor) if facts.is_true(actor.context, "toegewezen")

_emergency(actor) if {
	facts.is_true(actor.context, "break_glass")
	facts.is_true(actor.context, "dienst")
	data.schakel.purposes[actor.purpose].break_glass == true
}

_open_in_emergency(actor) := _set("emergency") if _emergency(actor)

_open_in_emergency(actor) := set() if not _emergency(actor)
