package schakel.facts_test

import data.schakel.facts
import data.schakel.testing

_rules(context, needed) := [problem.rule | some problem in facts.problems(context, needed)]

_reason(context, needed) := facts.problems(context, needed)[0].reason.nl

test_true_is_true_and_nothing_else_is if {
	facts.is_true({"a": true}, "a")
	every value in [false, null, "true", 1] {
		not facts.is_true({"a": value}, "a")
	}
	not facts.is_true({}, "a")
}

test_false_is_false_and_nothing_else_is if {
	facts.is_false({"a": false}, "a")
	every value in [true, null, "false", 0] {
		not facts.is_false({"a": value}, "a")
	}
	not facts.is_false({}, "a")
}

test_looking_gives_the_value_or_the_name if {
	facts.look({"a": true}, "a") == {"value": true}
	facts.look({"a": false}, "a") == {"value": false}
	facts.look({"a": "ja"}, "a") == {"missing": "a"}
	facts.look({}, "a") == {"missing": "a"}
}

test_a_complete_context_has_no_problem if facts.problems(testing.facts, facts.required("afzender")) == []

test_a_recipient_needs_less if {
	facts.problems(testing.recipient_facts, facts.required("ontvanger")) == []
	_rules(testing.recipient_facts, facts.required("lezer")) == ["P_feit_ontbreekt"]
}

test_every_place_knows_its_facts if {
	every place in ["afzender", "beslisser", "derde", "lezer", "ontvanger"] {
		count(facts.required(place)) > 0
	}
}

test_each_required_fact_is_missed_by_name if {
	every key in facts.required("afzender") {
		context := object.remove(testing.facts, [key])
		_rules(context, facts.required("afzender")) == ["P_feit_ontbreekt"]
		endswith(_reason(context, facts.required("afzender")), concat("", [": ", key, "."]))
	}
}

test_all_missing_facts_are_named if {
	context := object.remove(testing.facts, ["strafzaak", "dienst"])
	endswith(_reason(context, facts.required("afzender")), ": dienst, strafzaak.")
}

test_an_unknown_key_is_refused if {
	_rules({"naam": true}, set()) == ["P_onbekende_sleutel"]
	endswith(_reason({"naam": true}, set()), ": naam.")
}

test_values_that_fit if {
	fitting := {
		"dienst": false,
		"dagen": 0,
		"kant": "pleger",
		"mandaat": null,
		"horen_afgezien_reden": null,
	}
	facts.problems(fitting, set()) == []
	facts.problems({"horen_afgezien_reden": "spoed", "mandaat": "beslissing", "dagen": 91}, set()) == []
}

test_a_value_that_does_not_fit_is_refused if {
	every context in [
		{"dienst": "ja"}, {"dienst": null}, {"dienst": 1}, {"dagen": "90"}, {"dagen": true}, {"dagen": null},
		{"dagen": -1}, {"kant": "onbekend"}, {"kant": null}, {"kant": true}, {"mandaat": "ja"}, {"mandaat": false},
		{"horen_afgezien_reden": 1}, {"horen_afgezien_reden": true},
	] {
		_rules(context, set()) == ["P_ongeldige_waarde"]
	}
}

test_the_wrong_value_is_named if endswith(_reason({"dienst": "ja", "strafzaak": true}, set()), ": dienst.")

test_problems_come_in_order if {
	_rules({"naam": true, "dienst": "ja"}, {"strafzaak"}) == ["P_onbekende_sleutel", "P_ongeldige_waarde", "P_feit_ontbreekt"]
}

_law := {"voorbeeld": {"on": false, "needs_law": true, "context": "pilot_verzoekers"}}

test_a_pilot_that_needs_a_law_is_refused_outside_a_simulation if {
	_rules({"pilot_verzoekers": true}, set()) == ["P_proef_wetswijziging"] with data.schakel.pilot.flags as _law
	_rules({"pilot_verzoekers": false}, set()) == [] with data.schakel.pilot.flags as _law
	_rules({"pilot_verzoekers": true}, set()) == [] with data.schakel.pilot.flags as _law
		with data.schakel.pilot.simulation as true
}

test_a_pilot_switched_on_in_the_table_is_refused_everywhere if {
	on := {"voorbeeld": {"on": true, "needs_law": true, "context": null}}
	_rules({}, set()) == ["P_proef_wetswijziging"] with data.schakel.pilot.flags as on
	_rules({}, set()) == [] with data.schakel.pilot.flags as on with data.schakel.pilot.simulation as true
}

test_a_pilot_that_needs_no_law_is_free if {
	free := {"voorbeeld": {"on": true, "needs_law": false, "context": "pilot_verzoekers"}}
	_rules({"pilot_verzoekers": true}, set()) == [] with data.schakel.pilot.flags as free
}

test_no_pilot_of_the_table_is_a_law_ahead if facts.problems({}, set()) == []
