# METADATA
# title: May this decision about the case be taken?
# description: >-
#   Power, state, territory, assignment and incompatible tasks, then the checks of the transition (domain 6.4,
#   besluiten). Everything that fails is listed; the first one names the rule. The caller applies the target state.
# schemas:
#   - input: schema.transition_input
package schakel.transition

import data.schakel.facts
import data.schakel.guards
import data.schakel.question
import data.schakel.text

# METADATA
# title: The decision on a transition
# description: Refused until the rules below have shown otherwise.
# scope: document
# entrypoint: true
default decision := {
	"allowed": false,
	"rule": "G00_default",
	"reason": {"nl": "Er is geen regel die dit toestaat.", "en": "No rule allows this."},
	"article": "AVG 5(1)(b),(c)",
	"article_status": "S",
	"next_step": {"nl": "Vraag de eigenaar van de gegevens om ze zelf te sturen.", "en": "Ask the owner of the data to send them."},
	"missing": [],
	"target": null,
	"revision": "",
}

decision := object.union(_head, {
	"missing": refusals,
	"target": _target,
	"revision": question.revision,
})

# METADATA
# title: Everything that refuses the decision, in order
# description: With facts missing nothing else is judged.
# scope: document
refusals := _problems if count(_problems) > 0

refusals := [refusal |
	some step in data.schakel.steps.besluiten
	some refusal in _step_refusals(step)
] if {
	count(_problems) == 0
}

# METADATA
# title: The decision may be taken
# description: >-
#   Every step passes.
# custom:
#   rule_id: transition
#   citation: "the transition's basis"
#   status: S
#   message_nl: "Dit besluit mag worden genomen."
#   message_en: "This decision may be taken."
#   next_step_nl: "U kunt het besluit vastleggen."
#   next_step_en: "You can record the decision."
takeable := text.on_article(text.because(rego.metadata.rule()), _transition)

# METADATA
# title: The role has this power
# description: >-
#   Extending and withdrawing are for the burgemeester alone. What the clock does, nobody does.
# custom:
#   rule_id: T_rol_niet_bevoegd
#   citation: "Wth 2, 3, 9; Sv 509hh"
#   status: C
#   message_nl: "Uw rol mag dit besluit niet nemen."
#   message_en: "Your role may not take this decision."
#   next_step_nl: "Laat degene beslissen die daartoe bevoegd is."
#   next_step_en: "Let the one decide who has the power."
refuses["T_rol_niet_bevoegd"] := text.because(rego.metadata.rule()) if not _empowered

# METADATA
# title: The decision fits the state of the case
# description: >-
#   Each decision has the states from which it can be taken.
# custom:
#   rule_id: T_toestand
#   citation: "Wth 2, 9"
#   status: C
#   message_nl: "Dit besluit past niet bij de fase van de zaak."
#   message_en: "This decision does not fit the state of the case."
#   next_step_nl: "Neem het besluit dat bij deze fase hoort."
#   next_step_en: "Take the decision that fits this state."
refuses["T_toestand"] := text.because(rego.metadata.rule()) if not _in_state

_step_refusals("checks") := [refusal |
	some check in _transition.checks
	refusal := fails[check]
]

_step_refusals(step) := [refuses[step]]

_step_refusals(step) := [guards.refuses(step, _actor)]

_head := object.union(refusals[0], {"allowed": false})

_head := object.union(takeable, {"allowed": true}) if count(refusals) == 0

default _target := null

_target := _transition.to if count(refusals) == 0

_problems := array.concat(question.problems(input, _readable), facts.problems(_context, _needed))

default _readable := false

_readable if {
	question.asker_readable(input)
	is_string(input.resource.case_state)
	_transition
}

default _context := {}

_context := input.context if is_object(input.context)

_transition := data.schakel.transitions.actions[input.action]

_actor := {
	"agency": input.subject.agency,
	"role": input.subject.role,
	"context": _context,
}

_in_state if input.resource.case_state in _transition.from

_empowered if input.subject.role in _transition.roles

_empowered if {
	input.subject.role in _transition.pilot.roles
	facts.is_true(input.context, _transition.pilot.key)
}

_needed := (facts.required("beslisser") | _needed_by_checks) | _needed_by_pilot

_needed_by_checks := {key |
	some check in _transition.checks
	some key in data.schakel.transitions.checks[check]
	not _known_otherwise(key)
}

# The fact that somebody is of age will do where the age stays sealed.
_known_otherwise("pleger_leeftijd") if is_boolean(input.context.pleger_meerderjarig)

default _needed_by_pilot := set()

_needed_by_pilot := {_transition.pilot.key} if input.subject.role in _transition.pilot.roles
