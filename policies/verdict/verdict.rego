# METADATA
# title: The verdict of the matrix
# description: >-
#   One actor, one category: the row of purpose, role and category decides; a condition that does not hold leads to its
#   `else`; the cap stands above both. No row is a refusal.
package schakel.verdict

import data.schakel.conditions
import data.schakel.guards
import data.schakel.text

# METADATA
# title: No row
# description: >-
#   What the matrix does not name is refused.
# custom:
#   rule_id: G00_default
#   citation: "AVG 5(1)(b),(c)"
#   status: S
#   message_nl: "Er is geen regel die dit toestaat."
#   message_en: "No rule allows this."
#   next_step_nl: "Vraag de eigenaar van de gegevens om ze zelf te sturen."
#   next_step_en: "Ask the owner of the data to send them."
no_row := text.denied(text.because(rego.metadata.rule()))

# METADATA
# title: A row decides
# description: >-
#   The words of the row are the reason.
# custom:
#   rule_id: matrix
#   citation: "the row's legal_ref"
#   status: S
#   message_nl: "De regel in de matrix beslist."
#   message_en: "The row in the matrix decides."
#   next_step_nl: "Bekijk per veld wat de ontvanger krijgt."
#   next_step_en: "See per field what the recipient gets."
by_row := text.because(rego.metadata.rule())

# METADATA
# title: The verdict of the matrix for an actor and a category
# scope: document
on(actor, category) := _answer(actor, category)

on(actor, category) := no_row if not _answer(actor, category)

# METADATA
# title: The verdicts on all categories asked
# description: What a guard withholds is denied, the rest is for the matrix.
on_all(withheld, actor, asked) := object.union_n([
	{category: text.denied(refusal) | some category, refusal in withheld},
	plain,
	{category: on(actor, category) | some category in (rest - object.keys(plain))},
]) if {
	rest := asked - object.keys(withheld)
	plain := {category: _decided(row, row.decision, object.get(row, "mask", null)) |
		some category in rest
		row := _row(actor, category)
		_depends_on_nothing(row, category)
	}
}

# Most rows have neither condition nor cap: the shortest way to the same verdict as `on`.
_depends_on_nothing(row, category) if {
	not row.condition
	not data.schakel.caps[category]
}

# METADATA
# title: At least one category is not denied
any_shown(verdicts) if {
	some verdict in verdicts
	verdict.decision != "deny"
}

_answer(actor, category) := _capped(actor, category, _branch(actor, _row(actor, category)))

_row(actor, category) := data.schakel.matrix[actor.purpose][actor.role][category]

_branch(_, row) := _decided(row, row.decision, object.get(row, "mask", null)) if not row.condition

_branch(actor, row) := _by_condition(row, conditions.state(row.condition, actor)) if row.condition

_by_condition(row, {"value": true}) := _decided(row, row.decision, object.get(row, "mask", null))

_by_condition(row, {"value": false}) := _decided(row, row.else_decision, object.get(row, "else_mask", null))

# METADATA
# title: A condition whose fact is not known
# description: >-
#   Not the `else` of the row, which is for a fact that is known to be false.
# custom:
#   rule_id: P_feit_ontbreekt
#   citation: "AVG 5(1)(b),(f), 5(2)"
#   status: D
#   message_nl: "Een feit dat voor dit besluit nodig is, is niet bekend."
#   message_en: "A fact that this decision needs is not known."
#   next_step_nl: "Leg het gegeven vast of wacht tot de bron weer antwoordt."
#   next_step_en: "Record the fact, or wait until its source answers again."
_by_condition(_, {"missing": key}) := text.denied(text.naming(rego.metadata.rule(), [key]))

_decided(row, decision, mask) := {
	"decision": decision,
	"mask": mask,
	"rule": by_row.rule,
	"reason": row.reason,
	"article": row.article,
	"article_status": row.status,
	"next_step": by_row.next_step,
}

_capped(actor, category, verdict) := _under(data.schakel.caps[category], verdict) if {
	_cap_applies(actor, category)
	verdict.decision != "deny"
}

_capped(actor, category, verdict) := verdict if {
	not _cap_applies(actor, category)
	not _cap_may_apply(actor, category)
}

# METADATA
# title: Nobody stated on whose side the actor stands
# description: >-
#   Whether the cap applies is then not known, and no side on record is not neutral.
# custom:
#   rule_id: P_feit_ontbreekt
#   citation: "AVG 5(1)(b),(f), 5(2)"
#   status: D
#   message_nl: "Een feit dat voor dit besluit nodig is, is niet bekend."
#   message_en: "A fact that this decision needs is not known."
#   next_step_nl: "Leg het gegeven vast of wacht tot de bron weer antwoordt."
#   next_step_en: "Record the fact, or wait until its source answers again."
_capped(actor, category, verdict) := text.denied(text.naming(rego.metadata.rule(), [actor.side_key])) if {
	_cap_may_apply(actor, category)
	verdict.decision != "deny"
}

_capped(_, _, verdict) := verdict if verdict.decision == "deny"

_cap_applies(actor, category) if actor.side == data.schakel.caps[category].side

_cap_may_apply(actor, category) if {
	data.schakel.caps[category]
	not guards.side_known(actor)
}

_under(cap, verdict) := object.union(verdict, {
	"decision": "mask",
	"mask": cap.mask,
	"reason": cap.reason,
	"article": cap.article,
	"article_status": cap.status,
})
