package schakel.checks_test

import data.schakel.checks

_var(name) := {"type": "var", "value": name}

_string(value) := {"type": "string", "value": value}

_ref(parts) := {"type": "ref", "value": array.concat(
	[_var(parts[0])],
	[_string(part) | some part in array.slice(parts, 1, count(parts))],
)}

_call(parts, arguments) := {"type": "call", "value": array.concat([_ref(parts)], arguments)}

_custom := {
	"rule_id": "G01_voorbeeld",
	"citation": "AVG 5",
	"status": "C",
	"message_nl": "Nee.",
	"message_en": "No.",
	"next_step_nl": "Vraag.",
	"next_step_en": "Ask.",
}

_rule := {
	"annotations": [{"scope": "rule", "title": "A guard", "custom": _custom}],
	"location": {"row": 7},
	"head": {
		"name": "refuses",
		"args": [_string("G01"), _var("actor")],
		"value": _call(["text", "because"], [_call(["rego", "metadata", "rule"], [])]),
	},
	"body": [{"negated": true, "terms": [_ref(["_shown"]), _var("actor")]}],
}

_module(rules) := {
	"package": {"path": [_var("data"), _string("schakel"), _string("guards")]},
	"annotations": [{"scope": "package", "title": "Guards", "description": "What refuses."}],
	"rules": rules,
}

_found(modules) := result if {
	result := checks.violations with input as {"modules": modules}
}

_in(rule) := _found({"guards/a.rego": _module([rule])})

_with(patches) := json.patch(_rule, patches)

_replaced(path, value) := _with([{"op": "replace", "path": path, "value": value}])

_removed(path) := _with([{"op": "remove", "path": path}])

_helper(name, body) := {
	"location": {"row": 9},
	"head": {"name": name, "value": {"type": "boolean", "value": true}},
	"body": body,
}

test_a_rule_with_all_its_words if _in(_rule) == set()

test_a_package_without_a_description if {
	bare := object.remove(_module([]), ["annotations"])
	_found({"guards/a.rego": bare}) == {"data.schakel.guards: the package has no METADATA with title and description"}
}

test_a_package_is_described_once if {
	bare := object.remove(_module([]), ["annotations"])
	_found({"guards/a.rego": bare, "guards/b.rego": _module([])}) == set()
}

test_a_public_rule_without_a_title if {
	_in(_helper("loose", [])) == {"guards/a.rego:9: loose has no METADATA with a title"}
	_in(_helper("_loose", [])) == set()
}

test_a_title_on_the_document_is_for_all_its_bodies if {
	described := object.union(_helper("both", []), {"annotations": [{"scope": "document", "title": "Both"}]})
	_found({"guards/a.rego": _module([described, _helper("both", [])])}) == set()
	own := object.union(_helper("both", []), {"annotations": [{"scope": "rule", "title": "One"}]})
	_found({"guards/a.rego": _module([own, _helper("both", [])])}) == {"guards/a.rego:9: both has no METADATA with a title"}
}

test_each_word_of_a_refusal_is_needed if {
	every key in ["citation", "status", "message_nl", "message_en", "next_step_nl", "next_step_en", "rule_id"] {
		sentence := sprintf("guards/a.rego:7: refuses has no custom.%s", [key])
		sentence in _in(_removed(sprintf("/annotations/0/custom/%s", [key])))
		sentence in _in(_replaced(sprintf("/annotations/0/custom/%s", [key]), " "))
	}
}

test_an_unknown_status if {
	_in(_replaced("/annotations/0/custom/status", "X")) == {"guards/a.rego:7: status X is none of C, N, S, U, D"}
}

test_one_rule_has_one_wording if {
	other := _replaced("/annotations/0/custom/message_nl", "Toch niet.")
	_found({"guards/a.rego": _module([_rule, other])}) == {"rule G01_voorbeeld has more than one wording or article"}
}

test_a_step_speaks_as_its_own_rule if {
	_in(_replaced("/head/args/0/value", "G02")) == {"guards/a.rego:7: step G02 speaks as rule G01_voorbeeld"}
	_in(_replaced("/head/args/0/value", "G01s")) == set()
	_in(_replaced("/head/args/0/value", "lezen")) == set()
	longer := _with([
		{"op": "replace", "path": "/head/args/0/value", "value": "T_horen_verlengen"},
		{"op": "replace", "path": "/annotations/0/custom/rule_id", "value": "T_horen"},
	])
	_in(longer) == set()
}

test_only_decision_is_an_entrypoint if {
	open := _with([{"op": "add", "path": "/annotations/0/entrypoint", "value": true}])
	_in(open) == {"guards/a.rego:7: refuses is an entrypoint; only decision (and allow of the authorization) may be"}
	_in(json.patch(open, [{"op": "replace", "path": "/head/name", "value": "decision"}])) == set()
}

test_a_package_is_named_after_its_folder if {
	_found({"elders/a.rego": _module([])}) == {"elders/a.rego: package data.schakel.guards is not the one of its folder"}
}

test_names_are_snake_case if {
	_in(_helper("_looseRule", [])) == {"guards/a.rego:9: _looseRule is not written in snake_case"}
}

test_names_say_what_holds if {
	_in(_helper("_get_row", [])) == {"guards/a.rego:9: _get_row names an action; a rule is named by what it says"}
	titled := object.union(_helper("is_true", []), {"annotations": [{"scope": "rule", "title": "True"}]})
	_in(titled) == set()
}

test_a_negated_call_hides_no_path if {
	negated := _replaced("/body", [{"negated": true, "terms": [_ref(["_shown"]), _ref(["actor", "purpose"])]}])
	_in(negated) == {"guards/a.rego:7: refuses negates a call with a path in it; give it a rule of its own"}
	from_data := _replaced("/body", [{"negated": true, "terms": [_ref(["_shown"]), _ref(["data", "schakel", "x"])]}])
	_in(from_data) == set()
}

test_a_negated_path_hides_no_path if {
	path := {"type": "ref", "value": [_var("data"), _string("schakel"), _ref(["actor", "purpose"])]}
	_in(_replaced("/body", [{"negated": true, "terms": path}])) == {"guards/a.rego:7: refuses negates a path with a path in it; give it a rule of its own"}
	_in(_helper("_helper", [{"negated": true, "terms": path}])) == set()
}

test_rules_that_can_be_a_reason if {
	found := checks.rule_ids with input as {"modules": {"guards/a.rego": _module([_rule, _helper("_x", [])])}}
	found == {"G01_voorbeeld"}
}
