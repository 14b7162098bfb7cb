# METADATA
# title: Facts of a question
# description: >-
#   Is a context complete, and does it hold nothing that the rules do not know? The running system guesses nothing: a
#   fact that is not known is a refusal of its own. Says nothing about what the facts lead to.
package schakel.facts

import data.schakel.text

# METADATA
# title: A fact is known and true
is_true(context, key) if context[key] == true

# METADATA
# title: A fact is known and false
is_false(context, key) if context[key] == false

# METADATA
# title: The value of a yes-or-no fact, or the name of what is not known
# scope: document
look(context, key) := {"value": context[key]} if _yes_or_no(context, key)

look(context, key) := {"missing": key} if not _yes_or_no(context, key)

# METADATA
# title: What must always be known about an actor in this place
required(place) := {key | some key in data.schakel.context.required[place]}

# METADATA
# title: Everything that is wrong with a context, in order
problems(context, needed) := [refusal |
	some step in data.schakel.steps.vraag
	refusal := refuses(step, context, needed)
]

# METADATA
# title: A key that the rules do not know
# description: >-
#   A fact that no rule knows is more than was asked for, and may be a slip in the name of one that matters.
# custom:
#   rule_id: P_onbekende_sleutel
#   citation: "AVG 5(1)(c), 5(2)"
#   status: D
#   message_nl: "De vraag bevat een gegeven dat de regels niet kennen."
#   message_en: "The question holds a fact that the rules do not know."
#   next_step_nl: "Meld dit aan de beheerder van de hub."
#   next_step_en: "Report this to the operator of the hub."
refuses("P_onbekende_sleutel", context, _) := text.naming(rego.metadata.rule(), sort(unknown)) if {
	unknown := object.keys(context) - _known
	count(unknown) > 0
}

# METADATA
# title: A value of the wrong type
# description: >-
#   A text where a yes or no is meant is never read as yes.
# custom:
#   rule_id: P_ongeldige_waarde
#   citation: "AVG 5(1)(d), 5(2)"
#   status: D
#   message_nl: "Een gegeven in de vraag heeft een ongeldige waarde."
#   message_en: "A fact in the question has an invalid value."
#   next_step_nl: "Meld dit aan de beheerder van de hub."
#   next_step_en: "Report this to the operator of the hub."
refuses("P_ongeldige_waarde", context, _) := text.naming(rego.metadata.rule(), sort(wrong)) if {
	other := {key | some key, value in context; not is_boolean(value)}
	fitting := {key | some key in other; _fits(key, context[key])}
	wrong := (other - fitting) | ((object.keys(context) - other) & _not_yes_or_no)
	count(wrong) > 0
}

# METADATA
# title: A pilot that needs a change of law
# description: >-
#   Outside a simulation no region can switch it on.
# custom:
#   rule_id: P_proef_wetswijziging
#   citation: "Wth 2, 3, 4, 9; Besluit tijdelijk huisverbod 2"
#   status: D
#   message_nl: "Deze proef vraagt een wetswijziging en mag alleen in een simulatie aan staan."
#   message_en: "This pilot needs a change of law and may be on in a simulation only."
#   next_step_nl: "Zet de proef uit."
#   next_step_en: "Switch the pilot off."
refuses("P_proef_wetswijziging", context, _) := text.naming(rego.metadata.rule(), sort(on)) if {
	on := _pilots_on | {key | some key in _pilot_keys; context[key] == true}
	count(on) > 0
}

# METADATA
# title: A fact that is not known
# description: >-
#   Not known means that a source did not answer. There are no defaults.
# custom:
#   rule_id: P_feit_ontbreekt
#   citation: "AVG 5(1)(b),(f), 5(2)"
#   status: D
#   message_nl: "Een feit dat voor dit besluit nodig is, is niet bekend."
#   message_en: "A fact that this decision needs is not known."
#   next_step_nl: "Leg het gegeven vast of wacht tot de bron weer antwoordt."
#   next_step_en: "Record the fact, or wait until its source answers again."
refuses("P_feit_ontbreekt", context, needed) := text.naming(rego.metadata.rule(), sort(missing)) if {
	missing := needed - object.keys(context)
	count(missing) > 0
}

_yes_or_no(context, key) if is_boolean(context[key])

_known := object.keys(data.schakel.context.bool) | _not_yes_or_no

_not_yes_or_no := (object.keys(data.schakel.context.enum) | object.keys(data.schakel.context.number)) | object.keys(data.schakel.context.text)

_fits(key, value) if {
	data.schakel.context.number[key]
	is_number(value)
	value >= 0
}

_fits(key, value) if value in data.schakel.context.enum[key].values

_fits(key, null) if data.schakel.context.text[key]

_fits(key, value) if {
	data.schakel.context.text[key]
	is_string(value)
}

# Pilots that are law first: what is switched on here, and the facts by which a region would switch one on.
default _pilots_on := set()

_pilots_on := {flag | some flag, row in data.schakel.pilot.flags; row.needs_law; row.on} if _no_simulation

default _pilot_keys := set()

_pilot_keys := {row.context | some row in data.schakel.pilot.flags; row.needs_law; row.context} if _no_simulation

_no_simulation if not data.schakel.pilot.simulation
