# METADATA
# title: Checks of the policy's own texts and names
# description: >-
#   Judges the rules, not a case: does every public rule say what it is, does every refusal have all its words, is each
#   rule where its name says, and does no negation hide a missing value? The input is the syntax tree of every module, as
#   `opa parse` gives it, by file name. Not part of the running policy.
package schakel.checks

# METADATA
# title: Everything that is wrong, as sentences
# scope: document
violations contains sentence if {
	some module in input.modules
	not _package_described(module)
	sentence := sprintf("%s: the package has no METADATA with title and description", [_package(module)])
}

violations contains sentence if {
	some rule in _public_rules
	not _titled(rule)
	sentence := sprintf("%s: %s has no METADATA with a title", [_place(rule), rule.head.name])
}

violations contains sentence if {
	some rule in _speaking_rules
	some key in {"rule_id", "citation", "status", "message_nl", "message_en", "next_step_nl", "next_step_en"}
	not _filled(rule, key)
	sentence := sprintf("%s: %s has no custom.%s", [_place(rule), rule.head.name, key])
}

violations contains sentence if {
	some rule in _speaking_rules
	custom := rule.annotations[0].custom
	not custom.status in {"C", "N", "S", "U", "D"}
	sentence := sprintf("%s: status %v is none of C, N, S, U, D", [_place(rule), custom.status])
}

violations contains sentence if {
	some id, words in _words_by_id
	count(words) > 1
	sentence := sprintf("rule %s has more than one wording or article", [id])
}

violations contains sentence if {
	some rule in _speaking_rules
	id := rule.annotations[0].custom.rule_id
	step := rule.head.args[0].value
	regex.match(`^[GSTPAC]\d*[a-z]?(_|$)`, step)
	not _belongs(step, id)
	sentence := sprintf("%s: step %s speaks as rule %s", [_place(rule), step, id])
}

violations contains sentence if {
	some rule in _public_rules
	rule.annotations[0].entrypoint == true
	not rule.head.name in {"decision", "allow"}
	sentence := sprintf("%s: %s is an entrypoint; only decision (and allow of the authorization) may be", [
		_place(rule),
		rule.head.name,
	])
}

violations contains sentence if {
	some file, module in input.modules
	folder := split(file, "/")[0]
	not endswith(_package(module), concat("", [".", folder]))
	sentence := sprintf("%s: package %s is not the one of its folder", [file, _package(module)])
}

violations contains sentence if {
	some rule in _rules
	not regex.match(`^_?[a-z][a-z0-9_]*$`, rule.head.name)
	sentence := sprintf("%s: %s is not written in snake_case", [_place(rule), rule.head.name])
}

violations contains sentence if {
	some rule in _rules
	regex.match(`^_?(get|list|check|is)_`, rule.head.name)
	not rule.head.name in {"is_true", "is_false"}
	sentence := sprintf("%s: %s names an action; a rule is named by what it says", [_place(rule), rule.head.name])
}

# A path inside a negated call is looked up before the negation: where it is missing the rule silently does not fire.
violations contains sentence if {
	some rule in _rules
	some expression in _negations(rule)
	some argument in array.slice(expression.terms, 1, count(expression.terms))
	_path_into_unknown(argument)
	sentence := sprintf("%s: %s negates a call with a path in it; give it a rule of its own", [
		_place(rule),
		rule.head.name,
	])
}

# The same inside the brackets of a negated path. In a helper that is not negated itself it fails closed.
violations contains sentence if {
	some rule in _public_rules
	some expression in _negations(rule)
	some part in expression.terms.value
	_path_into_unknown(part)
	sentence := sprintf("%s: %s negates a path with a path in it; give it a rule of its own", [
		_place(rule),
		rule.head.name,
	])
}

# METADATA
# title: Ids of the rules that can be the reason of a verdict
rule_ids contains id if {
	some rule in _speaking_rules
	id := rule.annotations[0].custom.rule_id
}

_rules := [object.union(rule, {"module": file, "package": _package(module)}) |
	some file, module in input.modules
	some rule in module.rules
]

_public_rules := [rule | some rule in _rules; not startswith(rule.head.name, "_")]

# Rules that take their words from their own METADATA.
_speaking_rules := [rule |
	some rule in _rules
	walk(rule.head.value, [_, value])
	value.type == "call"
	[part.value | some part in value.value[0].value] == ["rego", "metadata", "rule"]
]

_package(module) := concat(".", [part.value | some part in module["package"].path])

_place(rule) := sprintf("%s:%d", [rule.module, rule.location.row])

_package_described(module) if {
	some other in input.modules
	_package(other) == _package(module)
	some annotation in other.annotations
	annotation.scope == "package"
	annotation.title != ""
	annotation.description != ""
}

_titled(rule) if rule.annotations[0].title != ""

_titled(rule) if {
	some other in _rules
	other["package"] == rule["package"]
	other.head.name == rule.head.name
	other.annotations[0].scope == "document"
	other.annotations[0].title != ""
}

_filled(rule, key) if {
	is_string(rule.annotations[0].custom[key])
	trim_space(rule.annotations[0].custom[key]) != ""
}

_words_by_id[id] contains words if {
	some rule in _speaking_rules
	custom := rule.annotations[0].custom
	id := custom.rule_id
	words := object.remove(custom, ["rule_id"])
}

# G06s speaks as G06_...; T_horen_verlengen as T_horen.
_belongs(step, id) if startswith(step, id)

_belongs(step, id) if startswith(id, concat("", [regex.replace(step, `^([GSTPAC]\d+)[a-z]?(_.*)?$`, "$1"), "_"]))

_negations(rule) := [expression |
	walk(rule, [_, expression])
	expression.negated == true
]

_path_into_unknown(term) if {
	term.type == "ref"
	count(term.value) > 1
	term.value[0].type == "var"
	term.value[0].value != "data"
}
