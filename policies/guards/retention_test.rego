package schakel.guards_test

import data.schakel.guards

_old := {"politiegegeven_leeftijd_jaren": 6}

_monitor := _with({"purpose": "monitoring", "state": "monitoring", "role": "politie_wijkagent"})

test_case_within_retention_passes if _passes("G08a", _officer)

test_case_out_of_retention_is_refused if {
	_refused("G08a", _given({"bewaartermijn_verlopen": true})) == "G08_bewaartermijn"
	_refused("G08a", _given({"bewaartermijn_verlopen": "(weg)"})) == "G08_bewaartermijn"
}

test_no_embargo_passes if {
	every step in ["G09", "G09s"] {
		_passes(step, _officer)
		_passes(step, _given({"embargo": false}))
	}
}

test_embargo_is_refused if {
	every step in ["G09", "G09s"] {
		_refused(step, _given({"embargo": true})) == "G09_embargo"
		_refused(step, _given({"embargo": null})) == "G09_embargo"
	}
}

test_an_embargo_never_stops_a_receipt if {
	_passes("G09s", _with_facts(_system, {"embargo": true}))
	_refused("G09", _with_facts(_system, {"embargo": true})) == "G09_embargo"
}

test_recent_police_data_pass if {
	every step in ["G08b", "G08s"] {
		_withheld(step, _officer, {"politie_art8"}) == {}
		_withheld(step, _given({"politiegegeven_leeftijd_jaren": 5}), {"politie_art8"}) == {}
	}
}

test_police_data_older_than_five_years_are_withheld if {
	every step in ["G08b", "G08s"] {
		_withheld(step, _given(_old), {"politie_art8", "politie_art9"}) == {"politie_art8": "G08_bewaartermijn"}
	}
}

test_the_age_of_an_item_is_for_the_node_when_it_is_not_given if {
	_withheld("G08b", _given({"politiegegeven_leeftijd_jaren": "(weg)"}), {"politie_art8"}) == {}
}

test_monitoring_ends_after_eighteen_months if {
	every step in ["G08b", "G08s"] {
		_withheld(step, _with_facts(_monitor, {"maanden_na_einde": 18}), {"woonadres"}) == {}
		_withheld(step, _with_facts(_monitor, {"maanden_na_einde": 19}), {"woonadres"}) == {"woonadres": "G08_bewaartermijn"}
		_withheld(step, _with_facts(_monitor, {"maanden_na_einde": "(weg)"}), {"woonadres"}) == {"woonadres": "G08_bewaartermijn"}
	}
}

test_monitoring_keeps_the_rule_on_police_data if {
	_withheld("G08b", _with_facts(_monitor, _old), {"politie_art8", "woonadres"}) == {"politie_art8": "G08_bewaartermijn"}
}

test_other_purposes_do_not_end_after_months if {
	_withheld("G08b", _given({"maanden_na_einde": 30}), {"woonadres"}) == {}
}

test_a_system_message_passes_retention_of_items if {
	not guards.withholds("G08s", _with_facts(_system, _old), {"politie_art8"})
}
