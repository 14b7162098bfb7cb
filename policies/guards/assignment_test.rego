package schakel.guards_test

import data.schakel.guards

_system := _with({"purpose": "systeem"})

_emergency_facts := {"toegewezen": false, "break_glass": true, "dienst": true}

_withheld(step, actor, asked) := {category: refusal.rule |
	some category, refusal in guards.withholds(step, actor, asked)
}

test_competent_passes if {
	_passes("G07", _officer)
	_passes("G07s", _officer)
}

test_not_competent_is_refused if {
	_refused("G07", _given({"gebied_bevoegd": false})) == "G07_niet_bevoegd_gebied"
	_refused("G07s", _given({"gebied_bevoegd": false})) == "G07_niet_bevoegd_gebied"
}

test_unknown_competence_is_refused if {
	_refused("G07", _given({"gebied_bevoegd": "(weg)"})) == "G07_niet_bevoegd_gebied"
	_refused("G07s", _given({"gebied_bevoegd": "(weg)"})) == "G07_niet_bevoegd_gebied"
}

test_a_system_message_needs_no_competence if {
	_passes("G07s", _with_facts(_system, {"gebied_bevoegd": false}))
	_refused("G07", _with_facts(_system, {"gebied_bevoegd": false})) == "G07_niet_bevoegd_gebied"
}

test_no_conflict_passes if {
	_passes("G10", _officer)
	_passes("G10s", _officer)
}

test_conflict_is_refused if {
	_refused("G10", _given({"functiescheiding_conflict": true})) == "G10_functiescheiding"
	_refused("G10s", _given({"functiescheiding_conflict": true})) == "G10_functiescheiding"
}

test_unknown_conflict_is_refused if {
	_refused("G10", _given({"functiescheiding_conflict": "(weg)"})) == "G10_functiescheiding"
	_refused("G10s", _given({"functiescheiding_conflict": "(weg)"})) == "G10_functiescheiding"
}

test_a_system_message_passes_a_conflict if {
	_passes("G10s", _with_facts(_system, {"functiescheiding_conflict": true}))
}

test_assigned_passes if {
	_passes("G06a", _officer)
	_passes("G06b", _officer)
	_withheld("G06", _officer, {"medisch"}) == {}
	_withheld("G06s", _officer, {"medisch"}) == {}
}

_asked := {"identificerend", "medisch"}

_all := {"identificerend": "G06_niet_toegewezen", "medisch": "G06_niet_toegewezen"}

test_not_assigned_is_refused if {
	every facts in [{"toegewezen": false}, {"toegewezen": "(weg)"}] {
		_refused("G06a", _given(facts)) == "G06_niet_toegewezen"
		_refused("G06b", _given(facts)) == "G06_niet_toegewezen"
		_withheld("G06", _given(facts), _asked) == _all
		_withheld("G06s", _given(facts), _asked) == _all
	}
}

test_broken_glass_opens_the_emergency_set_only if {
	every step in ["G06", "G06s"] {
		_withheld(step, _given(_emergency_facts), _asked) == {"medisch": "G06_niet_toegewezen"}
	}
	_passes("G06a", _given(_emergency_facts))
}

test_the_emergency_set_is_the_one_of_the_domain if {
	opened := {category |
		some category, _ in data.schakel.categories
		_withheld("G06", _given(_emergency_facts), {category}) == {}
	}
	opened == {
		"identificerend", "woonadres", "huisverbod_besluit", "uitreiking_bewijs", "contact_veilig", "kind_basis",
		"politie_art8", "vrijlating", "afdoening_maatregel",
	}
}

test_broken_glass_gives_no_power_to_decide if {
	_refused("G06b", _given(_emergency_facts)) == "G06_niet_toegewezen"
}

test_each_part_of_breaking_glass_counts if {
	every facts in [{"dienst": false}, {"dienst": "(weg)"}, {"break_glass": false}, {"break_glass": "(weg)"}] {
		_refused("G06a", _with_facts(_given(_emergency_facts), facts)) == "G06_niet_toegewezen"
	}
}

test_glass_is_broken_for_screening_and_handhaving_only if {
	purposes := {purpose |
		some purpose, _ in data.schakel.purposes
		_passes("G06a", object.union(_given(_emergency_facts), {"purpose": purpose}))
	}
	purposes == {"screening", "handhaving"}
}

test_a_system_message_needs_no_assignment if {
	not guards.withholds("G06s", _with_facts(_system, {"toegewezen": false}), {"procesgegevens"})
	_withheld("G06", _with_facts(_system, {"toegewezen": false}), {"procesgegevens"}) == {"procesgegevens": "G06_niet_toegewezen"}
}

test_in_emergency_only_when_glass_is_what_lets_in if {
	guards.in_emergency(_given(_emergency_facts))
	not guards.in_emergency(_given({"break_glass": true, "dienst": true}))
	not guards.in_emergency(_given({"toegewezen": false}))
}
