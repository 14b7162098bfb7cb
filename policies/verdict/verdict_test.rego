package schakel.verdict_test

import data.schakel.verdict

_words := {"reason": {"nl": "Daarom", "en": "Because"}, "article": "Wth 2", "status": "C"}

_row(decision) := object.union(_words, decision)

_matrix := {"doel": {"rol": {
	"vrij": _row({"decision": "allow"}),
	"deels": _row({"decision": "mask", "mask": "M_JN"}),
	"nooit": _row({"decision": "deny"}),
	"mits": _row({"decision": "allow", "condition": "C_TOEST", "else_decision": "mask", "else_mask": "M_SAM"}),
	"mits_deels": _row({"decision": "mask", "mask": "M_BRON", "condition": "C_TOEST", "else_decision": "deny"}),
	"anders": _row({"decision": "allow", "condition": "C_ONBEKEND", "else_decision": "allow"}),
	"veiligheidsplan": _row({"decision": "allow", "condition": "C_TOEST", "else_decision": "deny"}),
}}}

_actor(facts) := {"purpose": "doel", "role": "rol", "side": "neutraal", "owner": false, "context": facts}

_on(facts, category) := [found.decision, found.mask, found.rule] if {
	found := verdict.on(_actor(facts), category) with data.schakel.matrix as _matrix
}

_yes := {"toestemming_betrokkene": true}

_no := {"toestemming_betrokkene": false}

test_a_row_decides if {
	_on({}, "vrij") == ["allow", null, "matrix"]
	_on({}, "deels") == ["mask", "M_JN", "matrix"]
	_on({}, "nooit") == ["deny", null, "matrix"]
}

test_no_row_is_refused if {
	_on({}, "bestaat_niet") == ["deny", null, "G00_default"]
	every key in ["purpose", "role"] {
		verdict.on(object.remove(_actor({}), [key]), "vrij").rule == "G00_default" with data.schakel.matrix as _matrix
	}
}

test_a_condition_that_holds if {
	_on(_yes, "mits") == ["allow", null, "matrix"]
	_on(_yes, "mits_deels") == ["mask", "M_BRON", "matrix"]
}

test_a_condition_that_does_not_hold if {
	_on(_no, "mits") == ["mask", "M_SAM", "matrix"]
	_on(_no, "mits_deels") == ["deny", null, "matrix"]
}

test_a_condition_whose_fact_is_missing if {
	_on({}, "mits") == ["deny", null, "P_feit_ontbreekt"]
	found := verdict.on(_actor({}), "mits") with data.schakel.matrix as _matrix
	endswith(found.reason.nl, ": toestemming_betrokkene.")
}

test_an_unknown_condition_is_refused if _on(_yes, "anders") == ["deny", null, "G00_default"]

test_the_words_are_those_of_the_row if {
	found := verdict.on(_actor({}), "vrij") with data.schakel.matrix as _matrix
	found == {
		"decision": "allow",
		"mask": null,
		"rule": "matrix",
		"reason": {"nl": "Daarom", "en": "Because"},
		"article": "Wth 2",
		"article_status": "C",
		"next_step": verdict.by_row.next_step,
	}
}

_perpetrator(facts) := object.union(_actor(facts), {"side": "pleger"})

test_the_cap_on_the_side_of_the_perpetrator if {
	found := verdict.on(_perpetrator(_yes), "veiligheidsplan") with data.schakel.matrix as _matrix
	[found.decision, found.mask, found.rule, found.reason, found.article, found.article_status] == [
		"mask", "M_PLEGER", "matrix",
		data.schakel.caps.veiligheidsplan.reason, data.schakel.caps.veiligheidsplan.article, "D",
	]
}

test_a_deny_stays_a_deny_under_the_cap if {
	found := verdict.on(_perpetrator(_no), "veiligheidsplan") with data.schakel.matrix as _matrix
	[found.decision, found.mask, found.rule, found.article] == ["deny", null, "matrix", "Wth 2"]
}

test_a_missing_fact_stays_a_deny_under_the_cap if {
	found := verdict.on(_perpetrator({}), "veiligheidsplan") with data.schakel.matrix as _matrix
	[found.decision, found.mask, found.rule] == ["deny", null, "P_feit_ontbreekt"]
}

test_a_side_that_nobody_stated_is_not_outside_the_cap if {
	unstated := object.union(_actor(_yes), {"side": null, "side_key": "ontvanger_kant"})
	found := verdict.on(unstated, "veiligheidsplan") with data.schakel.matrix as _matrix
	[found.decision, found.mask, found.rule] == ["deny", null, "P_feit_ontbreekt"]
	endswith(found.reason.nl, ": ontvanger_kant.")
	refused := verdict.on(object.union(unstated, {"context": _no}), "veiligheidsplan") with data.schakel.matrix as _matrix
	[refused.decision, refused.rule] == ["deny", "matrix"]
	free := verdict.on(unstated, "vrij") with data.schakel.matrix as _matrix
	free.decision == "allow"
}

test_the_cap_is_for_that_side_only if {
	found := verdict.on(_actor(_yes), "veiligheidsplan") with data.schakel.matrix as _matrix
	[found.decision, found.mask] == ["allow", null]
}

test_the_cap_is_for_that_category_only if {
	found := verdict.on(_perpetrator(_yes), "vrij") with data.schakel.matrix as _matrix
	[found.decision, found.mask] == ["allow", null]
}

_refusal := {
	"rule": "X",
	"reason": {"nl": "Nee", "en": "No"},
	"article": "AVG 5",
	"article_status": "C",
	"next_step": {"nl": "Vraag", "en": "Ask"},
}

test_what_is_withheld_is_denied_and_the_rest_is_for_the_matrix if {
	found := verdict.on_all({"vrij": _refusal}, _actor({}), {"vrij", "deels"}) with data.schakel.matrix as _matrix
	{category: [one.decision, one.rule] | some category, one in found} == {"vrij": ["deny", "X"], "deels": ["mask", "matrix"]}
}

test_something_is_shown_when_not_everything_is_denied if {
	verdict.any_shown({"a": {"decision": "deny"}, "b": {"decision": "mask"}})
	verdict.any_shown({"a": {"decision": "allow"}})
	not verdict.any_shown({"a": {"decision": "deny"}})
	not verdict.any_shown({})
}
