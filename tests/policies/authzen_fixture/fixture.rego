# The fixed decisions of the AuthZEN certification scenario, sections 1.1 to 1.5. For tests only: no bundle holds it.
package authzen_fixture

subjects := {"alice": {}, "bob": {"role": "admin"}}

resources := {"record-1": {"status": "active"}, "record-2": {"status": "archived"}}

actions := ["read", "write", "delete"]

default decision := false

decision if {
	_known
	input.action.name == "read"
}

decision if {
	_known
	input.action.name == "write"
	_status == "active"
	input.subject.id == "alice"
}

decision if {
	_known
	input.action.name == "write"
	_status == "archived"
	_role == "admin"
}

decision if {
	_known
	input.action.name == "delete"
	input.action.properties.soft == true
	input.subject.id == "alice"
}

_known if {
	input.subject.type == "user"
	subjects[input.subject.id]
	input.resource.type == "record"
	resources[input.resource.id]
}

_status := object.get(input.resource.properties, "status", resources[input.resource.id].status)

_role := object.get(input.subject.properties, "role", object.get(subjects[input.subject.id], "role", ""))
