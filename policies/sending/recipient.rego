# One recipient: does it belong to the message, under which purpose does it read, and what does it get of each field?

package schakel.sending

import data.schakel.facts
import data.schakel.guards
import data.schakel.obligations
import data.schakel.reading_purpose
import data.schakel.text
import data.schakel.verdict

# METADATA
# title: The recipient gets what its rows give
# description: >-
#   At least one field is not denied.
# custom:
#   rule_id: matrix
#   citation: "the row's legal_ref"
#   status: S
#   message_nl: "De regel in de matrix beslist."
#   message_en: "The row in the matrix decides."
#   next_step_nl: "Bekijk per veld wat de ontvanger krijgt."
#   next_step_en: "See per field what the recipient gets."
readable := text.because(rego.metadata.rule())

# METADATA
# title: The recipient belongs to this message and this case
# description: >-
#   Listed, in a role that its agency may carry, and competent or assigned.
# custom:
#   rule_id: S_ontvanger
#   citation: "closed catalogue"
#   status: D
#   message_nl: "Deze ontvanger hoort niet bij dit bericht."
#   message_en: "This recipient does not belong to this message."
#   next_step_nl: "Kies een ontvanger die bij dit bericht en deze zaak hoort."
#   next_step_en: "Choose a recipient that belongs to this message and this case."
refuses_recipient("S_ontvanger", recipient) := text.because(rego.metadata.rule()) if not _belongs(recipient)

# METADATA
# title: What this message needs of this recipient
refuses_recipient("vereisten_ontvanger", recipient) := unmet(requirement.rule, recipient.context, requirement.key) if {
	requirement := _message.recipient_requires[recipient.role]
}

# METADATA
# title: The recipient has a purpose to read it
# description: >-
#   Without one the message is not delivered to that role.
# custom:
#   rule_id: S_geen_leesdoel
#   citation: "AVG 5(1)(b)"
#   status: S
#   message_nl: "De ontvanger heeft in deze fase geen doel om dit te lezen."
#   message_en: "The recipient has no purpose to read this in this state."
#   next_step_nl: "De ontvanger krijgt dit bericht niet; stuur het opnieuw als de zaak verder is."
#   next_step_en: "The recipient does not get this message; send it again when the case has moved on."
refuses_recipient("S_geen_leesdoel", recipient) := text.because(rego.metadata.rule()) if recipient.purpose == null

_belongs(recipient) if {
	_listed(recipient.role, _message.recipients)
	guards.carries(recipient.agency, recipient.role)
	recipient.competent_or_assigned == true
}

_recipient(asked) := object.union(_recipient_head(refused, verdicts), {
	"oin": asked.oin,
	"role": asked.role,
	"purpose": reader.purpose,
	"fields": [object.union(field, shown[field.category]) | some field in _fields],
	"obligations": obligations.of_copy(_duty_candidates, verdicts, asked.role),
}) if {
	reader := _reader(asked)
	refused := _recipient_refusals(reader)
	verdicts := _verdicts(refused, reader)
	shown := {category: text.shown(verdict) | some category, verdict in verdicts}
}

_fields := [{"field": field.name, "category": field.category} | some field in _message.fields]

_duty_candidates := obligations.candidates(_message.fields)

_reader(asked) := object.union(without_purpose, {"purpose": _purpose_of(without_purpose)}) if {
	without_purpose := {
		"agency": asked.agency,
		"role": asked.role,
		"state": _reading_state,
		"side": object.get(asked.context, "ontvanger_kant", null),
		"side_key": "ontvanger_kant",
		"owner": _becomes_owner(asked),
		"competent_or_assigned": asked.competent_or_assigned,
		"context": object.union(asked.context, _opened),
	}
}

_purpose_of(reader) := reading_purpose.of_recipient(_message, reader)

_purpose_of(reader) := null if not reading_purpose.of_recipient(_message, reader)

default _reading_state := null

_reading_state := _state if _message.post_state == null

_reading_state := _message.post_state if _message.post_state != null

default _becomes_owner(_) := false

_becomes_owner(asked) if asked.oin == input.resource.owner

_becomes_owner(asked) if asked.role in _message.owner_after

# A refused message is refused to every recipient.
_recipient_refusals(_) := refusals if count(refusals) > 0

_recipient_refusals(reader) := array.concat(
	facts.problems(reader.context, facts.required("ontvanger")),
	[refusal |
		some step in data.schakel.steps.ontvangst
		refusal := refuses_recipient(step, reader)
	],
) if {
	count(refusals) == 0
}

_verdicts(refused, _) := {category: text.denied(refused[0]) | some category in _asked} if count(refused) > 0

# What the sender may not send comes first, then what this recipient may never get, then the matrix.
_verdicts([], reader) := verdict.on_all(object.union(never, _withheld), reader, _asked) if {
	never := guards.withheld(data.schakel.steps.ontvanger.category, reader, _asked, {})
}

_recipient_head(refused, _) := object.union(refused[0], {"allowed": false})

_recipient_head([], verdicts) := object.union(text.on_rows(readable, verdicts), {"allowed": true}) if verdict.any_shown(verdicts)

_recipient_head([], verdicts) := object.union(text.head_of(first), {"allowed": false}) if {
	not verdict.any_shown(verdicts)
	first := [one | some one in verdicts][0]
}
