# METADATA
# title: Obligations
# description: >-
#   Rules on values, which the hub never sees: which of them travel with a copy or a view, with their parameters. The
#   sender's node applies them, the recipient's node checks them.
package schakel.obligations

# METADATA
# title: What could oblige a recipient of these fields
# description: Depends on the message only, so it is found once.
candidates(fields) := {id: about |
	some id in {id |
		some field in fields
		some id in _ids(field)
	}
	about := [field |
		some field in fields
		id in _ids(field)
	]
}

# METADATA
# title: Obligations of one copy
# description: >-
#   `verdicts` are those of this recipient by category. Each obligation lists the fields (`velden`) that it is about.
of_copy(found, verdicts, role) := array.concat(_of_values(found, verdicts, role), _kept(verdicts))

_of_values(found, verdicts, role) := [{"id": id, "parameters": parameters} |
	some id, fields in found
	row := data.schakel.obligation_parameters[id]
	names := [field.name |
		some field in fields
		field.category in object.get(row, "only_categories", [field.category])
		_bites(row, verdicts, field.category, role)
	]
	count(names) > 0
	parameters := object.union(row.parameters, {"velden": names})
]

# METADATA
# title: Obligations of a view on categories
of_view(verdicts, role) := array.concat(_of_categories(verdicts, role), _kept(verdicts))

_of_categories(verdicts, role) := [{"id": id, "parameters": parameters} |
	some id, row in data.schakel.obligation_parameters
	names := [category |
		some category in row.categories
		_bites(row, verdicts, category, role)
	]
	count(names) > 0
	parameters := object.union(row.parameters, {"categorieen": names})
]

# METADATA
# title: Obligations that always come with a question
named(ids) := [{"id": id, "parameters": row.parameters} |
	some id in ids
	row := data.schakel.obligation_parameters[id]
]

# METADATA
# title: How long what is given may be kept
# description: Goes with everything of which something is given. After that time the hub has it destroyed (T25).
_kept(verdicts) := named(["O_BEWAREN_TOT"]) if _gives(verdicts)

_kept(verdicts) := [] if not _gives(verdicts)

_gives(verdicts) if {
	some verdict in verdicts
	verdict.decision != "deny"
}

_ids(field) := {id |
	some id in array.concat(
		object.get(data.schakel.obligations_by_field.kind, field.kind, []),
		object.get(data.schakel.obligations_by_field.name, field.name, []),
	)
}

_bites(row, verdicts, category, role) if {
	verdicts[category].decision != "deny"
	_for_role(row, role)
	_under_mask(row, verdicts[category])
	not _released(row, verdicts)
}

_for_role(row, _) if not row.parameters.not_for

_for_role(row, role) if role in row.parameters.not_for

_under_mask(row, _) if not row.masks

_under_mask(row, verdict) if verdict.mask in row.masks

_released(row, verdicts) if verdicts[row.parameters.category].decision == "allow"
