# METADATA
# title: What OPA answers at all
# description: |
#   OPA listens beside the hub and answers four questions, its health and its revision. Everything else of its API
#   (ad-hoc queries, which would show its environment, data, policies, configuration) is closed.
package system.authz

# METADATA
# title: Closed unless listed
default allow := false

allow if {
	input.method == "POST"
	input.path == ["v1", "data", "schakel", _question, "decision"]
	input.params == {}
}

allow if {
	input.method == "GET"
	input.path == ["v1", "data", "schakel", "manifest"]
	input.params == {}
}

allow if {
	input.method == "GET"
	input.path == ["health"]
}

_question := input.path[3] if input.path[3] in {"access", "disclosure", "sending", "transition"}
