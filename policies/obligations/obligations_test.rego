package schakel.obligations_test

import data.schakel.obligations

_fields := [
	{"name": "personen", "category": "identificerend", "kind": "list[Persoon]"},
	{"name": "pleger", "category": "identificerend", "kind": "Persoon"},
	{"name": "mutaties", "category": "politie_art8", "kind": "list[Registratie]"},
	{"name": "hulp", "category": "hulpverlening_status", "kind": "list[Registratie]"},
	{"name": "afspraken", "category": "veiligheidsplan", "kind": "list[Afspraak]"},
	{"name": "veiligheidsaandachtspunten", "category": "vt_veiligheidsbeoordeling", "kind": "list[code]"},
]

_allow := {"decision": "allow", "mask": null}

_deny := {"decision": "deny", "mask": null}

_mask(id) := {"decision": "mask", "mask": id}

_all(verdict) := {field.category: verdict | some field in _fields}

_of(verdicts, role) := {duty.id: duty.parameters |
	some duty in obligations.of_copy(obligations.candidates(_fields), verdicts, role)
}

test_a_copy_in_which_everything_is_denied_obliges_to_nothing if {
	obligations.of_copy(obligations.candidates(_fields), _all(_deny), "politie_wijkagent") == []
}

test_what_is_given_is_kept_for_so_long if {
	kept := {"id": "O_BEWAREN_TOT", "parameters": {"jaren": 5, "vanaf": "sluiting"}}
	kept in obligations.of_copy(obligations.candidates(_fields), _all(_allow), "politie_hovj")
	kept in obligations.of_view({"bsn": _mask("M_SAM")}, "politie_hovj")
	obligations.of_view({"bsn": _deny}, "politie_hovj") == []
}

test_the_age_of_police_items if {
	duties := _of(_all(_allow), "politie_hovj")
	duties.O_LEEFTIJD_POLITIE == {"jaren": 5, "velden": ["mutaties"]}
}

test_children_are_left_out_unless_their_category_is_allowed if {
	children := {"rol": "kind", "category": "kind_basis", "velden": ["personen"]}
	_of(_all(_allow), "politie_hovj").O_KIND_IN_PERSONEN == children
	every verdict in [_deny, _mask("M_KIND")] {
		_of(object.union(_all(_allow), {"kind_basis": verdict}), "politie_hovj").O_KIND_IN_PERSONEN == children
	}
	not _of(object.union(_all(_allow), {"kind_basis": _allow}), "politie_hovj").O_KIND_IN_PERSONEN
}

test_lines_of_the_plan_under_the_mask_of_the_perpetrator if {
	masked := object.union(_all(_allow), {"veiligheidsplan": _mask("M_PLEGER")})
	_of(masked, "hulpverlener").O_ZICHTBAAR_VOOR == {"field": "zichtbaar_voor", "velden": ["afspraken"]}
	not _of(_all(_allow), "hulpverlener").O_ZICHTBAAR_VOOR
}

test_health_codes_are_kept_from_the_street if {
	expected := {"codes": ["suicidaal", "middelengebruik"], "not_for": ["politie_wijkagent", "politie_noodhulp"], "velden": ["veiligheidsaandachtspunten"]}
	roles := {role |
		some role, _ in data.schakel.roles
		_of(_all(_allow), role).O_GEZONDHEIDSCODES == expected
	}
	roles == {"politie_wijkagent", "politie_noodhulp"}
}

test_only_the_person_concerned_under_the_mask_for_third_persons if {
	masked := object.union(_all(_allow), {"identificerend": _mask("M_DERDEN")})
	_of(masked, "om_ovj_zsm").O_BETROKKENE == {"velden": ["personen", "pleger"]}
	not _of(_all(_allow), "om_ovj_zsm").O_BETROKKENE
}

test_a_view_names_categories if {
	view := obligations.of_view({"politie_art8": _allow, "identificerend": _allow, "kind_basis": _allow}, "politie_hovj")
	{"id": "O_LEEFTIJD_POLITIE", "parameters": {"jaren": 5, "categorieen": ["politie_art8"]}} in view
	{duty.id | some duty in view} == {"O_LEEFTIJD_POLITIE", "O_BEWAREN_TOT"}
}

test_a_view_of_what_is_denied_obliges_to_nothing if obligations.of_view({"politie_art8": _deny}, "politie_hovj") == []

test_obligations_by_name if {
	obligations.named(["O_TOETSING_ACHTERAF"]) == [{"id": "O_TOETSING_ACHTERAF", "parameters": {"binnen_uren": 24}}]
	obligations.named([]) == []
}

test_every_obligation_on_a_field_has_its_parameters if {
	named := {id |
		some ids in object.union(data.schakel.obligations_by_field.kind, data.schakel.obligations_by_field.name)
		some id in ids
	}
	object.keys(data.schakel.obligation_parameters) - named == {"O_BEWAREN_TOT", "O_TOETSING_ACHTERAF"}
	named - object.keys(data.schakel.obligation_parameters) == set()
}
