package schakel.disclosure_test

import data.schakel.disclosure
import data.schakel.testing

_third := {
	"oin": "00000099000000006000",
	"agency": "rvdk",
	"role": "rvdk_raadsonderzoeker",
	"purpose": "kinderbescherming",
	"context": testing.recipient_facts,
}

_agreed := object.union(testing.facts, {"eigenaar_akkoord": true})

_forwarding := object.union(testing.asked, {
	"action": "doorverstrekken",
	"subject": {"oin": _vt, "agency": "veilig_thuis", "role": "casemanager_vt"},
	"purpose": "kinderbescherming",
	"resource": {"case_state": "opgelegd", "owner": _police},
	"categories": ["identificerend"],
	"context": _agreed,
	"third_party": _third,
})

_forward(changes) := testing.changed(_forwarding, changes)

_to_third(changes) := object.union(_forwarding, {"third_party": object.union(_third, changes)})

test_forwarding_with_agreement if {
	_verdicts(_forwarding) == [["identificerend", "allow", null, "matrix"]]
}

test_forwarding_without_agreement if {
	refused := [["identificerend", "deny", null, "G18_doorverstrekken"]]
	_verdicts(_forward({"context": object.union(_agreed, {"eigenaar_akkoord": false})})) == refused
	_verdicts(_forward({"context": testing.facts})) == refused
}

test_forwarding_to_nobody_in_particular if {
	refused := [["identificerend", "deny", null, "G18_doorverstrekken"]]
	_verdicts(_forward({"third_party": "(weg)"})) == refused
	_verdicts(_to_third({"role": null})) == refused
	_verdicts(_to_third({"purpose": null})) == refused
}

test_a_named_third_party_gives_a_reader_nothing_more if {
	reading := object.union(_forwarding, {"action": "lezen"})
	_verdicts(reading) == [["identificerend", "allow", null, "matrix"]]
	unknown := testing.changed(reading, {"third_party": testing.changed(_third, {"context": {}})})
	_verdicts(unknown) == [["identificerend", "allow", null, "matrix"]]
}

test_a_deny_of_the_forwarder_ends_it if {
	found := _verdicts(_forward({"categories": ["justitiele_documentatie", "medisch"]}))
	found[0] == ["justitiele_documentatie", "deny", null, "G18_doorverstrekken"]
	own := disclosure.forwarded({"decision": "deny", "rule": "X"}, "identificerend") with input as _forwarding
	own == {"decision": "deny", "rule": "X"}
}

test_a_third_party_without_a_purpose_gets_nothing if {
	refused := [["identificerend", "deny", null, "S_geen_leesdoel"]]
	_verdicts(_to_third({"purpose": "zsm"})) == refused
	_verdicts(_to_third({"purpose": "beantwoording"})) == refused
	_verdicts(_to_third({"agency": "gi"})) == refused
	_verdicts(_to_third({"context": object.union(testing.recipient_facts, {"minderjarigen": false})})) == refused
}

test_a_third_party_whose_facts_are_missing if {
	blind := object.remove(testing.recipient_facts, ["strafzaak"])
	third := {"third_party": object.union(object.remove(_third, ["context"]), {"context": blind})}
	_verdicts(_forward(third)) == [["identificerend", "deny", null, "P_feit_ontbreekt"]]
}

_allow := {"decision": "allow", "mask": null, "rule": "matrix"}

_deny := {"decision": "deny", "mask": null, "rule": "matrix"}

_mask(id) := {"decision": "mask", "mask": id, "rule": "matrix"}

_short(verdict) := [verdict.decision, verdict.mask, verdict.rule]

test_the_stricter_of_two_verdicts if {
	every row in [
		[_allow, _allow, ["allow", null, "matrix"]],
		[_allow, _mask("M_SAM"), ["mask", "M_SAM", "matrix"]],
		[_allow, _deny, ["deny", null, "matrix"]],
		[_mask("M_SAM"), _allow, ["mask", "M_SAM", "matrix"]],
		[_mask("M_SAM"), _mask("M_SAM"), ["mask", "M_SAM", "matrix"]],
		[_mask("M_SAM"), _mask("M_JN"), ["deny", null, "G18_doorverstrekken"]],
		[_mask("M_SAM"), _deny, ["deny", null, "matrix"]],
	] {
		_short(disclosure.stricter(row[0], row[1])) == row[2]
	}
}

test_a_third_party_on_the_side_of_the_perpetrator if {
	third := {"context": object.union(testing.recipient_facts, {"ontvanger_kant": "pleger"})}
	helper := {"role": "hulpverlener", "agency": "hulpverlening", "purpose": "uitvoering"}
	asked := object.union(
		_to_third(object.union(helper, third)),
		{"categories": ["contact_veilig"], "purpose": "uitvoering"},
	)
	_verdicts(asked) == [["contact_veilig", "deny", null, "G16_geheim_adres"]]
}

test_a_third_party_whose_side_nobody_stated if {
	third := {"context": object.remove(testing.recipient_facts, ["ontvanger_kant"])}
	helper := {"role": "crisisdienst_medewerker", "agency": "crisisdienst", "purpose": "uitvoering"}
	asked := testing.changed(_forwarding, {
		"categories": ["contact_veilig"],
		"purpose": "uitvoering",
		"third_party": testing.changed(_third, object.union(helper, third)),
	})
	_verdicts(asked) == [["contact_veilig", "deny", null, "P_feit_ontbreekt"]]
}

test_a_third_party_that_owns_the_data if {
	row := {
		"decision": "allow",
		"condition": "C_EIGEN",
		"else_decision": "deny",
		"reason": {"nl": "Eigen", "en": "Own"},
		"article": "AVG 5",
		"status": "D",
	}
	matrix := {"kinderbescherming": {"rvdk_raadsonderzoeker": {"bsn": row}, "casemanager_vt": {"bsn": {
		"decision": "allow",
		"reason": {"nl": "Vrij", "en": "Free"},
		"article": "AVG 5",
		"status": "D",
	}}}}
	asked := object.union(_forwarding, {"categories": ["bsn"]})
	_verdicts(asked) == [["bsn", "deny", null, "matrix"]] with data.schakel.matrix as matrix
	own := object.union(_to_third({"oin": _police}), {"categories": ["bsn"]})
	_verdicts(own) == [["bsn", "allow", null, "matrix"]] with data.schakel.matrix as matrix
}
