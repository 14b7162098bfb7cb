# METADATA
# title: Purpose of a send and purpose of a reader
# description: >-
#   A message is sent under the first purpose that is valid, and each recipient reads under the first purpose that is
#   usable for its own role. Nobody borrows the purpose of another.
package schakel.reading_purpose

import data.schakel.guards

# METADATA
# title: A purpose is usable for this reader
# description: The role may invoke it, it is valid in the state, and its situation exists.
usable(reader) if {
	guards.role_in_purpose(reader.role, reader.purpose)
	guards.valid_in_state(reader.purpose, reader.state)
	not _situation_missing(reader)
}

# METADATA
# title: The purpose under which a recipient reads a message
# description: Undefined when there is none; the message is then not delivered to that role.
of_recipient(message, recipient) := [purpose |
	some purpose in _candidates(message, recipient.role)
	usable(object.union(recipient, {"purpose": purpose}))
][0]

# METADATA
# title: The purpose under which a message is sent, and the state in which that is judged
# description: >-
#   The first purpose that is valid in the case state or in the state after the message. With none the first purpose
#   stays, so that G04 refuses it.
# scope: document
of_sender(message, state) := [choice |
	some purpose in array.concat(message.purposes, message.purposes_last)
	choice := {"purpose": purpose, "state": _valid_state(purpose, [state, message.post_state])}
][0]

of_sender(message, state) := {"purpose": message.purposes[0], "state": state} if not _has_valid(message, state)

_candidates(message, role) := message.reads_as[role]

_candidates(message, role) := array.concat(
	array.concat(message.purposes, data.schakel.reading_order[role]),
	message.purposes_last,
) if not message.reads_as[role]

_situation_missing(reader) if {
	some step in data.schakel.steps.leesdoel
	guards.refuses(step, reader)
}

_valid_state(purpose, states) := [state |
	some state in states
	guards.valid_in_state(purpose, state)
][0]

_has_valid(message, state) if {
	some purpose in array.concat(message.purposes, message.purposes_last)
	_valid_state(purpose, [state, message.post_state])
}
