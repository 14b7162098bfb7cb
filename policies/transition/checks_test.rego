package schakel.transition_test

import data.schakel.transition

_check(name, role, facts) := found if {
	found := transition.fails[name].rule with input as {"subject": {"role": role}, "context": facts}
}

_fine(name, role, facts) if {
	not transition.fails[name] with input as {"subject": {"role": role}, "context": facts}
}

test_yes_or_no_checks if {
	every name, key in {
		"T_dienst": "dienst",
		"T_verzoek_onvolledig": "verzoek_volledig",
		"T_spoed_motivering": "spoed_gemotiveerd",
		"T_rihg_ondertekend": "rihg_ondertekend",
		"T_uitspraak": "uitspraak_geregistreerd",
		"T_veiligheid_beoordeeld": "veiligheid_beoordeeld",
		"T_ernstige_bezwaren": "ernstige_bezwaren",
	} {
		_fine(name, "burgemeester", {key: true})
		_check(name, "burgemeester", {key: false}) == name
		_check(name, "burgemeester", {}) == name
	}
}

test_a_ban_is_extended_once if {
	_fine("T_eenmalig", "burgemeester", {"al_verlengd": false})
	_check("T_eenmalig", "burgemeester", {"al_verlengd": true}) == "T_eenmalig"
	_check("T_eenmalig", "burgemeester", {}) == "T_eenmalig"
}

test_only_an_adult_is_banned if {
	_fine("T_minderjarig", "burgemeester", {"pleger_leeftijd": 18})
	_fine("T_minderjarig", "burgemeester", {"pleger_meerderjarig": true})
	_fine("T_minderjarig", "burgemeester", {"pleger_meerderjarig": true, "pleger_leeftijd": 18})
	every facts in [
		{"pleger_leeftijd": 17},
		{"pleger_meerderjarig": false},
		{"pleger_meerderjarig": true, "pleger_leeftijd": 17},
		{"pleger_meerderjarig": false, "pleger_leeftijd": 18},
		{},
	] {
		_check("T_minderjarig", "burgemeester", facts) == "T_minderjarig"
	}
}

test_the_hovj_acts_on_a_mandate if {
	_fine("T_geen_mandaat", "politie_hovj", {"mandaat": "beslissing"})
	_fine("T_geen_mandaat", "politie_hovj", {"mandaat": "ondertekening"})
	_fine("T_geen_mandaat", "burgemeester", {"mandaat": null})
	every facts in [{"mandaat": null}, {"mandaat": "iets"}, {}] {
		_check("T_geen_mandaat", "politie_hovj", facts) == "T_geen_mandaat"
	}
}

test_a_mandate_to_sign_needs_the_decision_of_the_burgemeester if {
	_fine("T_ondertekeningsmandaat", "politie_hovj", {"mandaat": "beslissing"})
	_fine("T_ondertekeningsmandaat", "politie_hovj", {"mandaat": "ondertekening", "burgemeester_akkoord": true})
	_fine("T_ondertekeningsmandaat", "burgemeester", {"mandaat": "ondertekening"})
	every facts in [
		{"mandaat": "ondertekening", "burgemeester_akkoord": false},
		{"mandaat": "ondertekening"},
		{},
	] {
		_check("T_ondertekeningsmandaat", "politie_hovj", facts) == "T_ondertekeningsmandaat"
	}
}

test_vt_is_consulted_about_child_abuse if {
	_fine("T_vt_overleg", "burgemeester", {"kindermishandeling": false})
	_fine("T_vt_overleg", "burgemeester", {"kindermishandeling": true, "vt_geraadpleegd": true})
	every facts in [{"kindermishandeling": true, "vt_geraadpleegd": false}, {"kindermishandeling": true}, {}] {
		_check("T_vt_overleg", "burgemeester", facts) == "T_vt_overleg"
	}
}

test_the_term_is_exactly_that_of_the_law if {
	_fine("T_termijn", "burgemeester", {"termijn_dagen": 10})
	every facts in [{"termijn_dagen": 9}, {"termijn_dagen": 11}, {"termijn_dagen": 14}, {}] {
		_check("T_termijn", "burgemeester", facts) == "T_termijn"
	}
}

_pilot(days) := {"termijn_dagen": days, "pilot_eerste_termijn": true}

test_another_term_counts_in_a_simulation_and_a_region_that_has_it if {
	_fine("T_termijn", "burgemeester", _pilot(14)) with data.schakel.pilot.simulation as true
	every days in [9, 10, 11, 13, 15] {
		_check("T_termijn", "burgemeester", _pilot(days)) == "T_termijn" with data.schakel.pilot.simulation as true
	}
	_check("T_termijn", "burgemeester", _pilot(14)) == "T_termijn"
	every facts in [{"termijn_dagen": 14}, {"termijn_dagen": 14, "pilot_eerste_termijn": false}] {
		_check("T_termijn", "burgemeester", facts) == "T_termijn" with data.schakel.pilot.simulation as true
	}
	_fine("T_termijn", "burgemeester", {"termijn_dagen": 10}) with data.schakel.pilot.simulation as true
}

test_a_ban_lasts_at_most_28_days if {
	_fine("T_max_28", "burgemeester", {"totaal_dagen": 28})
	_check("T_max_28", "burgemeester", {"totaal_dagen": 29}) == "T_max_28"
	_check("T_max_28", "burgemeester", {}) == "T_max_28"
}

test_hearing_before_imposing if {
	_fine("T_horen", "burgemeester", {"gehoord": true, "horen_afgezien_reden": null})
	_fine("T_horen", "burgemeester", {"gehoord": false, "horen_afgezien_reden": "spoed"})
	every facts in [
		{"gehoord": false, "horen_afgezien_reden": null},
		{"gehoord": false, "horen_afgezien_reden": " "},
		{"gehoord": false, "horen_afgezien_reden": 7},
		{"gehoord": false},
		{},
	] {
		_check("T_horen", "burgemeester", facts) == "T_horen"
	}
}

test_hearing_before_extending_is_never_left_out if {
	_fine("T_horen_verlengen", "burgemeester", {"gehoord": true})
	_check("T_horen_verlengen", "burgemeester", {"gehoord": false, "horen_afgezien_reden": "spoed"}) == "T_horen"
	_check("T_horen_verlengen", "burgemeester", {}) == "T_horen"
}

test_a_case_is_closed_without_open_tasks if {
	_fine("T_open_taak", "burgemeester", {"overtreding_open": false, "vrijlating_taak_open": false})
	every facts in [
		{"overtreding_open": true, "vrijlating_taak_open": false},
		{"overtreding_open": false, "vrijlating_taak_open": true},
		{"overtreding_open": false},
		{"vrijlating_taak_open": false},
	] {
		_check("T_open_taak", "burgemeester", facts) == "T_open_taak"
	}
}

test_a_conduct_order_needs_a_suspect if {
	_fine("G11_strafzaak", "om_ovj_zsm", {"strafzaak": true})
	_check("G11_strafzaak", "om_ovj_zsm", {"strafzaak": false}) == "G11_geen_strafzaak"
	_check("G11_strafzaak", "om_ovj_zsm", {}) == "G11_geen_strafzaak"
}

test_a_conduct_order_lasts_at_most_90_days if {
	_fine("T_90_dagen", "om_ovj_zsm", {"dagen": 90})
	_check("T_90_dagen", "om_ovj_zsm", {"dagen": 91}) == "T_90_dagen"
	_check("T_90_dagen", "om_ovj_zsm", {}) == "T_90_dagen"
}

test_extending_a_conduct_order if {
	_fine("T_verlenging_509hh", "om_ovj_zsm", {"verlenging_nr": 0, "vervolging_ingesteld": false})
	_fine("T_verlenging_509hh", "om_ovj_zsm", {"verlenging_nr": 3, "vervolging_ingesteld": true})
	every facts in [
		{"verlenging_nr": 1, "vervolging_ingesteld": false},
		{"verlenging_nr": 1},
		{"verlenging_nr": 4, "vervolging_ingesteld": true},
		{"verlenging_nr": -1, "vervolging_ingesteld": true},
		{},
	] {
		_check("T_verlenging_509hh", "om_ovj_zsm", facts) == "T_verlenging_509hh"
	}
}
