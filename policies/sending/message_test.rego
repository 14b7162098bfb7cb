package schakel.sending_test

import data.schakel.sending

_message_state(state, after) := _changed({"resource": {"case_state": state, "state_after": after, "owner": _vt}})

test_a_role_that_may_not_send if {
	asked := _changed({"subject": {"oin": _vt, "agency": "veilig_thuis", "role": "casemanager_vt"}})
	_rule(asked) == "S_afzender_niet_bevoegd"
}

_request := object.union(
	_changed({
		"message": "screening.verzoek",
		"recipients": [],
		"subject": {"oin": "00000099000000009000", "agency": "crisisdienst", "role": "crisisdienst_medewerker"},
	}),
	{"resource": {"case_state": "melding", "owner": _vt}},
)

_pilot(facts) := object.union(_request, {"context": object.union(_request.context, facts)})

test_a_pilot_sender_counts_while_the_flag_is_on if {
	_rule(_pilot({"pilot_verzoekers": true})) == "send"
	_rule(_pilot({"pilot_verzoekers": false})) == "S_afzender_niet_bevoegd"
	_rule(_request) == "P_feit_ontbreekt"
}

test_a_regular_sender_needs_no_flag if {
	regular := object.union(_request, {"subject": {"oin": _vt, "agency": "veilig_thuis", "role": "vt_medewerker"}})
	_rule(regular) == "send"
}

test_a_flag_makes_no_sender_of_another_role if {
	other := object.union(_pilot({"pilot_verzoekers": true}), {"subject": {
		"oin": _police,
		"agency": "politie",
		"role": "politie_noodhulp",
	}})
	_rule(other) == "S_afzender_niet_bevoegd"
}

test_the_message_must_fit_the_state if {
	_rule(_message_state("screening", null)) == "send"
	_rule(_message_state("weging", null)) == "S_toestand"
	_rule(_message_state("weging", "besluitvorming")) == "S_toestand"
}

test_an_act_commits_with_its_message if {
	found := _decide(_message_state("verzoek_ingediend", "screening_gepland"))
	[found.rule, found.purpose] == ["send", "screening"]
	found.recipients[0].purpose == "screening"
}

test_the_case_state_comes_before_the_state_after_the_act if {
	_decide(_message_state("screening_gepland", "screening")).rule == "send"
}

test_without_a_state_after_only_the_case_state_counts if {
	_rule(_changed({"resource": {"case_state": "screening", "owner": _vt}})) == "send"
	_rule(_changed({"resource": {"case_state": "weging", "owner": _vt}})) == "S_toestand"
}

test_data_that_the_message_has_no_field_for if {
	found := _decide(_changed({"categories": ["bsn", "melder_identiteit"]}))
	[found.rule, found.article] == ["S_categorie_niet_in_schema", "closed catalogue; AVG 5(1)(c)"]
	_gets(found, 0) == {"bsn_pleger": "deny"}
}

test_steps_of_the_message_come_in_order if {
	wrong := object.union(_message_state("weging", null), {
		"categories": ["medisch"],
		"subject": {"oin": _vt, "agency": "om", "role": "om_ovj_zsm"},
	})
	refused := sending.refusals with input as wrong
	[one.rule | some one in refused] == ["S_afzender_niet_bevoegd", "S_toestand", "S_categorie_niet_in_schema"]
}

_relief := object.union(
	_changed({"message": "vovo.ingediend", "recipients": []}),
	{
		"subject": {"oin": "00000099000000008000", "agency": "advocatuur", "role": "piketadvocaat"},
		"resource": {"case_state": "opgelegd", "owner": "00000099000000008000"},
	},
)

_with_fact(asked, facts) := object.union(asked, {"context": object.union(asked.context, facts)})

test_provisional_relief_needs_an_appeal if {
	_rule(_with_fact(_relief, {"beroep_ingesteld": true})) == "send"
	_rule(_with_fact(_relief, {"beroep_ingesteld": false})) == "S_geen_beroep"
	_rule(_relief) == "P_feit_ontbreekt"
}

_correction := object.union(
	_changed({"message": "bericht.correctie"}),
	{"resource": {"case_state": "gesloten", "owner": _vt}},
)

test_only_who_sent_a_message_corrects_it if {
	found := _decide(_with_fact(_correction, {"eigen_bericht": true}))
	[found.rule, found.purpose, found.recipients[0].purpose] == ["send", "systeem", "systeem"]
	_rule(_with_fact(_correction, {"eigen_bericht": false})) == "S_afzender_niet_bevoegd"
	_rule(_correction) == "P_feit_ontbreekt"
}

_breach(state) := object.union(
	_changed({"message": "overtreding.melding", "recipients": []}),
	{
		"subject": {"oin": _police, "agency": "politie", "role": "politie_noodhulp"},
		"resource": {"case_state": state, "owner": _police},
	},
)

test_a_breach_where_no_ban_was_imposed_needs_a_conduct_order if {
	every state in ["besluitvorming", "niet_opgelegd"] {
		_rule(_breach(state)) == "G12_geen_open_overtreding"
		_rule(_with_fact(_breach(state), {"gedragsaanwijzing_actief": true})) == "send"
	}
}

test_reporting_a_breach_needs_no_open_breach if {
	every state in ["opgelegd", "afgelopen"] {
		_rule(_breach(state)) == "send"
	}
}

test_every_requirement_of_a_message_is_known if {
	used := {requirement.rule |
		some message in data.schakel.messages
		some requirement in message.requires
	} | {requirement.rule |
		some message in data.schakel.messages
		some requirement in message.recipient_requires
	}
	every rule in used {
		sending.unmet(rule, {}, "strafzaak").rule == rule
		not sending.unmet(rule, {"strafzaak": true}, "strafzaak")
	}
	used == {"S_geen_beroep", "S_afzender_niet_bevoegd", "G12_geen_open_overtreding", "G11_geen_strafzaak"}
}

test_the_categories_of_a_message_are_those_of_its_fields if {
	every message in data.schakel.messages {
		{category | some category in message.categories} == {field.category | some field in message.fields}
	}
}
