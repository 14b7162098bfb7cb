# METADATA
# title: What the decision point answers over HTTP
# description: >-
#   Four questions, its health and its revision, without any option. Everything else is closed: `/v1/query` would show the
#   environment of the process, `/v1/policies` would change the rules, `?explain` would write out what was compared.
package system.authz

# METADATA
# title: A request is answered
# scope: document
# entrypoint: true
default allow := false

allow if {
	_plain
	input.method == "POST"
	input.path == ["v1", "data", "schakel", _question, "decision"]
}

allow if {
	_plain
	input.method == "GET"
	input.path in {["health"], ["v1", "data", "schakel", "manifest"]}
}

_plain if count(input.params) == 0

_question := input.path[3] if input.path[3] in {"sending", "disclosure", "transition", "access"}
