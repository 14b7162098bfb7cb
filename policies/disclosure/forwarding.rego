# Forwarding: after the forwarder's own verdict the third party needs a purpose and a row of its own; the stricter of the
# two verdicts counts.

package schakel.disclosure

import data.schakel.facts
import data.schakel.guards
import data.schakel.reading_purpose
import data.schakel.text
import data.schakel.verdict

# METADATA
# title: The verdict on what is forwarded
# description: A deny of the forwarder ends it.
# scope: document
forwarded(own, _) := own if own.decision == "deny"

forwarded(own, category) := _third_party_verdict(own, category) if own.decision != "deny"

# METADATA
# title: The third party has a purpose to read it
# description: >-
#   Its role may carry the purpose in this state, and its agency the role.
# custom:
#   rule_id: S_geen_leesdoel
#   citation: "AVG 5(1)(b)"
#   status: S
#   message_nl: "De ontvanger heeft in deze fase geen doel om dit te lezen."
#   message_en: "The recipient has no purpose to read this in this state."
#   next_step_nl: "De ontvanger krijgt dit bericht niet; stuur het opnieuw als de zaak verder is."
#   next_step_en: "The recipient does not get this message; send it again when the case has moved on."
refuses_third_party("S_geen_leesdoel", third) := text.because(rego.metadata.rule()) if not _third_party_usable(third)

# METADATA
# title: Two different masks cannot be combined
# description: >-
#   Let the owner send it.
# custom:
#   rule_id: G18_doorverstrekken
#   citation: "Wpg 7(2); Wjsg 39f; AVG 5(1)(b)"
#   status: S
#   message_nl: "Doorgeven mag alleen met akkoord van de eigenaar, aan een genoemde ontvanger, en sommige gegevens nooit."
#   message_en: "Forwarding needs the owner's agreement and a named recipient; some data are never forwarded."
#   next_step_nl: "Vraag de eigenaar om het zelf te sturen."
#   next_step_en: "Ask the owner to send it."
incomparable := text.because(rego.metadata.rule())

_third_party_verdict(_, _) := text.denied(refuses_third_party("S_geen_leesdoel", _third_party))

_third_party_verdict(own, category) := stricter(own, _theirs[category]) if _third_party_usable(_third_party)

_theirs := verdict.on_all(withheld, _third_party, _categories) if {
	withheld := guards.withheld(data.schakel.steps.ontvanger.category, _third_party, _categories, {})
}

# METADATA
# title: The stricter of two verdicts
# description: >-
#   The third party's deny; the forwarder's mask if the third party is allowed more; equal masks stay; the third party's
#   verdict if the forwarder has all; two different masks are refused.
# scope: document
stricter(_, theirs) := theirs if theirs.decision == "deny"

stricter(own, theirs) := theirs if own.decision == "allow"

stricter(own, theirs) := own if {
	own.decision == "mask"
	theirs.decision == "allow"
}

stricter(own, theirs) := theirs if own.mask == theirs.mask

stricter(own, theirs) := text.denied(incomparable) if {
	own.decision == "mask"
	theirs.decision == "mask"
	own.mask != theirs.mask
}

_third_party := {
	"agency": input.third_party.agency,
	"role": input.third_party.role,
	"purpose": input.third_party.purpose,
	"state": input.resource.case_state,
	"side": object.get(input.third_party.context, "ontvanger_kant", null),
	"side_key": "ontvanger_kant",
	"owner": input.third_party.oin == input.resource.owner,
	"context": input.third_party.context,
}

_third_party_usable(third) if {
	guards.carries(third.agency, third.role)
	reading_purpose.usable(third)
}

default _third_party_named := false

_third_party_named if {
	input.action == "doorverstrekken"
	is_string(input.third_party.role)
	is_string(input.third_party.purpose)
}

default _third_party_problems := []

_third_party_problems := facts.problems(input.third_party.context, facts.required("derde")) if _third_party_named
