# METADATA
# title: May this message be sent, and what does each recipient get?
# description: >-
#   One question decides a whole message: the sender (message.rego, sender.rego), then every recipient under its own
#   reading purpose, then every field (recipient.rego). The first step that refuses names the rule (domain 6.4,
#   verzenden). Decides nothing about values: those are obligations.
# schemas:
#   - input: schema.sending_input
package schakel.sending

import data.schakel.facts
import data.schakel.question
import data.schakel.text

# METADATA
# title: The decision on a message
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
	"purpose": null,
	"revision": "",
	"recipients": [],
}

decision := object.union(_head, {
	"purpose": _purpose,
	"revision": question.revision,
	"recipients": [_recipient(recipient) | some recipient in _recipients],
})

# METADATA
# title: Everything that refuses the whole message, in order
refusals := array.concat(_problems, array.concat(_message_refusals, _sender_refusals))

# METADATA
# title: The sender may send this
# description: >-
#   At least one of the categories asked passes every step.
# custom:
#   rule_id: send
#   citation: "the message's basis"
#   status: S
#   message_nl: "De afzender mag dit versturen."
#   message_en: "The sender may send this."
#   next_step_nl: "U kunt het bericht versturen."
#   next_step_en: "You can send the message."
sendable := text.on_article(text.because(rego.metadata.rule()), _message)

_head := object.union(refusals[0], {"allowed": false})

_head := object.union(sendable, {"allowed": true}) if count(refusals) == 0

default _purpose := null

_purpose := _sender.purpose

default _recipients := []

_recipients := input.recipients if _readable

_problems := array.concat(
	question.problems(input, _readable),
	facts.problems(_context, facts.required("afzender") | _special_keys),
)

default _context := {}

_context := input.context if is_object(input.context)

default _readable := false

_readable if {
	question.asker_readable(input)
	_message
	is_string(input.resource.case_state)
	is_string(input.resource.owner)
	_categories_readable
	is_array(input.recipients)
	every recipient in input.recipients {
		_recipient_readable(recipient)
	}
}

# Asking about no category at all would be asking nothing.
_categories_readable if not _categories_named

_categories_readable if {
	count(input.categories) > 0
	every category in input.categories {
		is_string(category)
	}
}

_recipient_readable(recipient) if {
	question.party_readable(recipient)
	is_boolean(recipient.competent_or_assigned)
	is_object(recipient.context)
}

_message := data.schakel.messages[input.message]
