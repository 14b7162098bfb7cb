package schakel.guards_test

_for(role, purpose, facts) := _with_facts(_with({"role": role, "purpose": purpose}), facts)

_no_case := {"strafzaak": false}

_unknown_case := {"strafzaak": "(weg)"}

test_purposes_that_need_a_criminal_case if {
	refused := {purpose |
		some purpose, _ in data.schakel.purposes
		_refused("G11", _for("om_ovj_zsm", purpose, _no_case)) == "G11_geen_strafzaak"
	}
	refused == {"zsm", "waarschuwing", "reclassering"}
}

test_with_a_criminal_case_every_purpose_passes if {
	every purpose, _ in data.schakel.purposes {
		_passes("G11", _for("om_ovj_zsm", purpose, {"strafzaak": true}))
	}
}

test_unknown_criminal_case_is_refused if _refused("G11", _for("om_ovj_zsm", "zsm", _unknown_case)) == "G11_geen_strafzaak"

test_an_order_of_the_municipality_is_for_probation_only if {
	order := {"strafzaak": false, "gemeentelijke_opdracht": true}
	_passes("G11", _for("reclassering_adviseur", "reclassering", order))
	_refused("G11", _for("reclassering_adviseur", "waarschuwing", order)) == "G11_geen_strafzaak"
}

_police_after := object.union(_for("politie_hovj", "handhaving", {}), {"state": "afgelopen"})

_om_during := object.union(_for("om_ovj_zsm", "handhaving", _no_case), {"state": "opgelegd"})

test_enforcement_while_the_ban_runs if {
	every state in ["opgelegd_mondeling", "opgelegd", "verlenging_voorbereiding", "verlengd", "geschorst"] {
		_passes("G12", object.union(_police_after, {"state": state}))
	}
}

test_enforcement_when_no_ban_runs_is_refused if {
	every state in ["besluitvorming", "niet_opgelegd", "ingetrokken", "afgelopen", "afronding", "monitoring"] {
		_refused("G12", object.union(_police_after, {"state": state})) == "G12_geen_open_overtreding"
	}
	_refused("G12", object.remove(_police_after, ["state"])) == "G12_geen_open_overtreding"
}

test_an_open_breach_or_a_conduct_order_allows_enforcement if {
	_passes("G12", _with_facts(_police_after, {"overtreding_open": true}))
	_passes("G12", _with_facts(_police_after, {"gedragsaanwijzing_actief": true}))
	_passes("G12", _with_facts(_om_during, {"overtreding_open": true}))
	_passes("G12", _with_facts(_om_during, {"gedragsaanwijzing_actief": true}))
}

test_the_om_needs_a_criminal_case_to_enforce if {
	_passes("G12", _with_facts(_om_during, {"strafzaak": true}))
	_refused("G12", _om_during) == "G12_geen_open_overtreding"
	_refused("G12", _with_facts(_om_during, _unknown_case)) == "G12_geen_open_overtreding"
	_refused("G12", object.union(_om_during, {"role": "om_parketsecretaris"})) == "G12_geen_open_overtreding"
	_passes("G12", object.union(_om_during, {"role": "burgemeester"}))
}

test_only_handhaving_needs_a_breach if {
	refused := {purpose |
		some purpose, _ in data.schakel.purposes
		_refused("G12", object.union(_police_after, {"purpose": purpose})) == "G12_geen_open_overtreding"
	}
	refused == {"handhaving"}
}

test_veilig_thuis_needs_a_report if {
	roles := {role |
		some role, _ in data.schakel.roles
		_refused("G13", _for(role, "melding_vt", {"melding": false})) == "G13_geen_melding"
	}
	roles == {"vt_medewerker", "vt_procescoordinator", "vt_vertrouwensarts"}
	_refused("G13", _for("vt_medewerker", "melding_vt", {"melding": "(weg)"})) == "G13_geen_melding"
	_passes("G13", _for("vt_medewerker", "melding_vt", {"melding": true}))
	_passes("G13", _for("vt_medewerker", "weging", {"melding": false}))
}

test_person_in_the_case if {
	_passes("G14", _officer)
	_refused("G14", _given({"persoon_in_zaak": false})) == "G14_persoon_niet_in_zaak"
	_refused("G14", _given({"persoon_in_zaak": "(weg)"})) == "G14_persoon_niet_in_zaak"
}

_no_minors := {"minderjarigen": false}

test_child_protection_needs_minors if {
	_refused("G19", _for("vt_medewerker", "kinderbescherming", _no_minors)) == "G19_geen_minderjarigen"
	_refused("G19", _for("vt_medewerker", "kinderbescherming", {"minderjarigen": "(weg)"})) == "G19_geen_minderjarigen"
	_passes("G19", _for("vt_medewerker", "kinderbescherming", {}))
	_passes("G19", _for("vt_medewerker", "waarschuwing", _no_minors))
}

test_the_rvdk_needs_minors if {
	purposes := {purpose |
		some purpose, _ in data.schakel.purposes
		_refused("G19", _for("rvdk_raadsonderzoeker", purpose, _no_minors)) == "G19_geen_minderjarigen"
	}
	purposes == {"kinderbescherming", "waarschuwing", "beantwoording"}
	_passes("G19", _for("rvdk_raadsonderzoeker", "waarschuwing", {}))
}

test_answering_needs_a_question if {
	_passes("G20", _for("politie_zsm", "beantwoording", {"uitvraag_open": true}))
	_refused("G20", _for("politie_zsm", "beantwoording", {})) == "G20_geen_uitvraag"
	_refused("G20", _for("politie_zsm", "beantwoording", {"uitvraag_open": "(weg)"})) == "G20_geen_uitvraag"
	_passes("G20", _for("politie_zsm", "zsm", {}))
}
