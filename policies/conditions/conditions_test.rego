package schakel.conditions_test

import data.schakel.conditions

_keys := {
	"C_NOODZAAK": "noodzaak",
	"C_TOEST": "toestemming_betrokkene",
	"C_KIND": "kindermishandeling",
	"C_OTS": "ots",
	"C_STRAFZAAK": "strafzaak",
	"C_OM_AKKOORD": "om_akkoord",
	"C_WPG20": "wpg20_besluit",
	"C_OPVANG": "opvang_noodzaak",
	"C_ARTS": "arts_besluit",
	"C_PILOT_RIHG": "pilot_rihg_afnemers",
	"C_CLIENT": "eigen_client",
	"C_AANGEWEZEN": "aangewezen",
}

test_each_condition_asks_its_own_fact if {
	every condition, key in _keys {
		conditions.state(condition, {"context": {key: true}}) == {"value": true}
		conditions.state(condition, {"context": {key: false}}) == {"value": false}
		conditions.state(condition, {"context": {}}) == {"missing": key}
	}
}

test_own_data_follow_from_the_owner if {
	conditions.state("C_EIGEN", {"owner": true}) == {"value": true}
	conditions.state("C_EIGEN", {"owner": false}) == {"value": false}
	not conditions.state("C_EIGEN", {})
}

test_every_condition_of_the_matrix_is_known if {
	used := {row.condition |
		some roles in data.schakel.matrix
		some rows in roles
		some row in rows
		row.condition
	}
	used == object.keys(_keys) | {"C_EIGEN"}
}
