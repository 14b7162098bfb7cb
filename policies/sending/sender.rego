# The sender's own guards, once for the sender and once per category that the message holds.

package schakel.sending

import data.schakel.guards
import data.schakel.reading_purpose

_sender_context := object.union(_context, _opened)

# Facts that the message itself makes true.
_opened := {key: true | some key in _message.opens}

_sender := {
	"agency": input.subject.agency,
	"role": input.subject.role,
	"purpose": choice.purpose,
	"state": choice.state,
	"side": object.get(_context, "kant", null),
	"side_key": "kant",
	"context": _sender_context,
} if {
	choice := reading_purpose.of_sender(_message, _state)
}

# What the sender may not put into this message, by category.
_withheld := guards.withheld(
	data.schakel.steps.verzenden.category, _sender, _asked,
	guards.of_actor(data.schakel.steps.verzenden.subject, _sender),
)

# With nothing left to send the sender is refused.
_sender_refusals := [refusal |
	count(_withheld) == count(_asked)
	some refusal in _withheld
]
