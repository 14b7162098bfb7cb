package schakel.guards_test

import data.schakel.guards

_keeper := _with({"agency": "veilig_thuis", "role": "vt_medewerker", "owner": true})

test_the_reporter_stays_with_the_veilig_thuis_that_owns_the_report if {
	asked := {"melder_identiteit", "vt_melding_inhoud"}
	withheld := {"melder_identiteit": "G15_melder"}
	_withheld("G15", _keeper, asked) == {}
	_withheld("G15", object.union(_keeper, {"owner": false}), asked) == withheld
	_withheld("G15", object.union(_keeper, {"agency": "politie"}), asked) == withheld
	_withheld("G15", object.remove(_keeper, ["owner"]), asked) == withheld
	_withheld("G15", object.remove(_keeper, ["agency"]), asked) == withheld
}

_about_victim := {"geheim_adres_slachtoffer", "contact_veilig", "monitoring_signaal", "woonadres"}

_victim_data := {"geheim_adres_slachtoffer": "G16_geheim_adres", "contact_veilig": "G16_geheim_adres"}

_signal := {"monitoring_signaal": "G16_geheim_adres"}

test_a_safe_side_may_reach_the_victim if {
	every side in ["neutraal", "slachtoffer"] {
		every step in ["G16", "G16s"] {
			_withheld(step, _with({"side": side}), _about_victim) == {}
		}
	}
}

test_the_side_of_the_perpetrator_never_reaches_the_victim if {
	_withheld("G16", _with({"side": "pleger"}), _about_victim) == object.union(_victim_data, _signal)
	_withheld("G16s", _with({"side": "pleger"}), _about_victim) == _victim_data
}

_not_known(categories) := {category: "P_feit_ontbreekt" | some category in categories}

test_a_side_that_nobody_stated_is_not_neutral if {
	about := {"geheim_adres_slachtoffer", "contact_veilig", "monitoring_signaal"}
	every side in [null, "", "onbekend", true] {
		_withheld("G16", _with({"side": side, "side_key": "kant"}), _about_victim) == _not_known(about)
		_withheld("G16s", _with({"side": side, "side_key": "kant"}), _about_victim) == _not_known(about - {"monitoring_signaal"})
	}
}

test_the_refusal_names_the_side_that_is_missing if {
	some key in ["kant", "ontvanger_kant"]
	found := guards.withholds("G16", _with({"side": null, "side_key": key}), {"contact_veilig"})
	endswith(found.contact_veilig.reason.nl, sprintf(": %s.", [key]))
}

test_a_role_of_the_perpetrator_is_that_whatever_is_not_known if {
	found := _withheld("G16", _with({"role": "piketadvocaat", "side": null, "side_key": "kant"}), _about_victim)
	found == object.union(_victim_data, {"monitoring_signaal": "P_feit_ontbreekt"})
}

test_some_roles_are_always_on_the_side_of_the_perpetrator if {
	roles := {role |
		some role, _ in data.schakel.roles
		_withheld("G16", _with({"role": role}), _about_victim) == _victim_data
	}
	roles == {"piketadvocaat", "reclassering_adviseur", "reclassering_toezichthouder", "rvr_piket"}
	_withheld("G16s", _with({"role": "rvr_piket"}), _about_victim) == _victim_data
	_withheld("G16", _with({"role": "onbekend"}), _about_victim) == _victim_data
}

test_police_data_of_articles_10_and_12_never_pass if {
	_withheld("G17", _officer, {"politie_art10_12", "politie_art9"}) == {"politie_art10_12": "G17_nooit_via_hub"}
	_withheld("G17", {}, {"politie_art10_12"}) == {"politie_art10_12": "G17_nooit_via_hub"}
}

_forwarder := object.union(_given({"eigenaar_akkoord": true}), {"third_party_named": true})

test_forwarding_with_agreement_to_a_named_third_party if {
	_withheld("G18", _forwarder, {"identificerend"}) == {}
}

test_forwarding_without_agreement_or_third_party_is_refused if {
	refused := {"identificerend": "G18_doorverstrekken"}
	_withheld("G18", _with_facts(_forwarder, {"eigenaar_akkoord": false}), {"identificerend"}) == refused
	_withheld("G18", _with_facts(_forwarder, {"eigenaar_akkoord": "(weg)"}), {"identificerend"}) == refused
	_withheld("G18", object.union(_forwarder, {"third_party_named": false}), {"identificerend"}) == refused
	_withheld("G18", object.remove(_forwarder, ["third_party_named"]), {"identificerend"}) == refused
}

test_some_categories_are_never_forwarded if {
	never := {category |
		some category, _ in data.schakel.categories
		_withheld("G18", _forwarder, {category}) != {}
	}
	never == {"melder_identiteit", "geheim_adres_slachtoffer", "medisch", "politie_art9", "justitiele_documentatie"}
}

test_the_first_step_names_the_rule if {
	steps := {"G16": 3, "G17": 5}
	found := {4: {"rule": "later"}}
	named := {category: refusal.rule |
		some category, refusal in guards.withheld(steps, _with({"side": "pleger"}), {"contact_veilig", "politie_art10_12", "bsn"}, found)
	}
	named == {"contact_veilig": "G16_geheim_adres", "politie_art10_12": "later", "bsn": "later"}
}

test_only_what_is_withheld_is_named if {
	withheld := guards.withheld({"G16": 0, "G17": 1}, _with({"side": "pleger"}), {"contact_veilig", "bsn"}, {})
	object.keys(withheld) == {"contact_veilig"}
}

test_refusals_of_an_actor_by_position if {
	found := guards.of_actor({"G01": 0, "G02": 1, "G07": 7}, _with_facts(_with({"agency": "om"}), {"gebied_bevoegd": false}))
	{position: refusal.rule | some position, refusal in found} == {0: "G01_rol_past_niet_bij_organisatie", 7: "G07_niet_bevoegd_gebied"}
}
