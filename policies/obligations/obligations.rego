# METADATA
# title: Obligations
# description: >-
#   Rules on values, which the hub never sees: which of them travel with a copy or a view, with their parameters. The
#   sender's node applies them, the recipient's node checks them.
package schakel.obligations

# METADATA
# title: Obligations of one copy
# description: >-
#   `fields` are those of the message, `verdicts` those of this recipient by category. Each obligation lists the fields
#   (`velden`) that it is about.
of_copy(fields, verdicts, role) := [{"id": id, "parameters": parameters} |
	some id, row in data.schakel.obligation_parameters
	names := [field.name |
		some field in fields
		_concerns(row, field)
		_bites(row, verdicts, field.category, role)
	]
	count(names) > 0
	parameters := object.union(row.parameters, {"velden": names})
]

# METADATA
# title: Obligations of a view on categories
of_view(verdicts, role) := [{"id": id, "parameters": parameters} |
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

_concerns(row, field) if {
	field.kind in row.kinds
	object.get(row, "category", field.category) == field.category
}

_concerns(row, field) if field.name in row.fields

_bites(row, verdicts, category, role) if {
	verdicts[category].decision != "deny"
	_for_role(row, role)
	_under_mask(row, verdicts[category])
	not _released(row, verdicts)
}

_for_role(row, _) if not row.roles

_for_role(row, role) if role in row.roles

_under_mask(row, _) if not row.masks

_under_mask(row, verdict) if verdict.mask in row.masks

_released(row, verdicts) if verdicts[row.unless_allowed].decision == "allow"
