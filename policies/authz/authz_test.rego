package system.authz_test

import data.system.authz

_request(method, path) := {"method": method, "path": path, "params": {}}

test_the_four_questions_are_open if {
	every question in ["sending", "disclosure", "transition", "access"] {
		authz.allow with input as _request("POST", ["v1", "data", "schakel", question, "decision"])
	}
}

test_health_and_revision_are_open if {
	authz.allow with input as _request("GET", ["health"])
	authz.allow with input as _request("GET", ["v1", "data", "schakel", "manifest"])
}

test_options_are_closed if {
	question := _request("POST", ["v1", "data", "schakel", "sending", "decision"])
	every request in [
		object.union(question, {"params": {"explain": ["full"]}}),
		object.union(question, {"params": {"instrument": ["true"]}}),
		object.remove(question, ["params"]),
		object.union(_request("GET", ["health"]), {"params": {"plugins": [""]}}),
	] {
		not authz.allow with input as request
	}
}

test_everything_else_is_closed if {
	every request in [
		_request("POST", ["v1", "query"]),
		_request("GET", ["v1", "query"]),
		_request("GET", ["v1", "config"]),
		_request("GET", ["v1", "status"]),
		_request("GET", ["v1", "policies"]),
		_request("GET", ["v1", "data"]),
		_request("POST", ["v1", "data"]),
		_request("POST", ["v1", "data", "schakel"]),
		_request("GET", ["v1", "data", "schakel", "matrix"]),
		_request("POST", ["v1", "data", "schakel", "matrix"]),
		_request("POST", ["v1", "data", "schakel", "sending"]),
		_request("POST", ["v1", "data", "schakel", "guards", "decision"]),
		_request("POST", ["v1", "data", "schakel", "sending", "decision", "x"]),
		_request("POST", ["v1", "data", "anders", "sending", "decision"]),
		_request("GET", ["v1", "data", "schakel", "sending", "decision"]),
		_request("PUT", ["v1", "data", "schakel", "manifest"]),
		_request("PATCH", ["v1", "data", "schakel", "manifest"]),
		_request("POST", ["health"]),
		_request("GET", ["health", "plugins"]),
		_request("GET", []),
		{},
	] {
		not authz.allow with input as request
	}
}
