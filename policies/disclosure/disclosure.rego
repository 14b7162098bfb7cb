# METADATA
# title: May this person read or forward these categories?
# description: >-
#   Reading (lezen) and forwarding (doorverstrekken), domain 6.4: the guards of the reader, then the matrix, per category.
#   forwarding.rego adds the third party. Decides nothing about the content of a category: that is an obligation.
# schemas:
#   - input: schema.disclosure_input
package schakel.disclosure

import data.schakel.facts
import data.schakel.guards
import data.schakel.obligations
import data.schakel.question
import data.schakel.text
import data.schakel.verdict

# METADATA
# title: The decision on a disclosure
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
	"categories": [],
	"obligations": [],
}

decision := object.union(_head, {
	"purpose": _purpose,
	"revision": question.revision,
	"categories": [object.union({"category": category}, text.shown(_verdicts[category])) | some category in _asked],
	"obligations": array.concat(_duties, _review),
})

# METADATA
# title: The reader gets what the rows give
# description: >-
#   At least one category is not denied.
# custom:
#   rule_id: matrix
#   citation: "the row's legal_ref"
#   status: S
#   message_nl: "De regel in de matrix beslist."
#   message_en: "The row in the matrix decides."
#   next_step_nl: "Bekijk per veld wat de ontvanger krijgt."
#   next_step_en: "See per field what the recipient gets."
readable := text.because(rego.metadata.rule())

_head := object.union(text.on_rows(readable, _verdicts), {"allowed": true}) if verdict.any_shown(_verdicts)

_head := object.union(text.head_of(_first), {"allowed": false}) if not verdict.any_shown(_verdicts)

_first := _problems[0]

_first := _verdicts[_asked[0]] if count(_problems) == 0

default _purpose := null

_purpose := input.purpose if is_string(input.purpose)

_problems := array.concat(
	question.problems(input, _readable),
	array.concat(
		facts.problems(_context, facts.required("lezer")),
		_third_party_problems,
	),
)

default _readable := false

_readable if {
	question.asker_readable(input)
	is_string(input.resource.case_state)
	is_string(input.resource.owner)
	count(input.categories) > 0
	every category in input.categories {
		is_string(category)
	}
	_copy_readable
	input.action in {"lezen", "doorverstrekken"}
}

_copy_readable if not input.message

_copy_readable if data.schakel.messages[input.message]

default _context := {}

_context := input.context if is_object(input.context)

default _asked := []

_asked := input.categories if _readable

_reader := {
	"agency": input.subject.agency,
	"role": input.subject.role,
	"purpose": input.purpose,
	"state": input.resource.case_state,
	"side": object.get(_context, "kant", null),
	"side_key": "kant",
	"owner": input.subject.oin == input.resource.owner,
	"third_party_named": _third_party_named,
	"context": _context,
}

_steps := data.schakel.steps[input.action]

_verdicts := {category: text.denied(_problems[0]) | some category in _asked} if count(_problems) > 0

_verdicts := _own if {
	count(_problems) == 0
	input.action == "lezen"
}

_verdicts := {category: forwarded(_own[category], category) | some category in _asked} if {
	count(_problems) == 0
	input.action == "doorverstrekken"
}

# The verdicts on the person who asks.
_own := verdict.on_all(withheld, _reader, _categories) if {
	withheld := guards.withheld(
		_steps.category, _reader, _categories,
		guards.of_actor(_steps.subject, _reader),
	)
}

_categories := {category | some category in _asked}

# Of an opened copy the obligations name fields, of a view on the case they name categories.
default _duties := []

_duties := obligations.of_copy(candidates, _verdicts, input.subject.role) if {
	candidates := obligations.candidates(data.schakel.messages[input.message].fields)
}

_duties := obligations.of_view(_verdicts, input.subject.role) if not input.message

default _review := []

_review := obligations.named(["O_TOETSING_ACHTERAF"]) if {
	guards.in_emergency(_reader)
	verdict.any_shown(_verdicts)
}
