package schakel.sending_test

test_guards_of_the_sender_refuse_the_message if {
	every facts, rule in {
		{"toegewezen": false}: "G06_niet_toegewezen",
		{"gebied_bevoegd": false}: "G07_niet_bevoegd_gebied",
		{"bewaartermijn_verlopen": true}: "G08_bewaartermijn",
		{"embargo": true}: "G09_embargo",
		{"functiescheiding_conflict": true}: "G10_functiescheiding",
		{"persoon_in_zaak": false}: "G14_persoon_niet_in_zaak",
		{"doel_verklaard": false}: "G02_geen_doel",
	} {
		found := _decide(_given(facts))
		[found.allowed, found.rule] == [false, rule]
		found.recipients[0].rule == rule
	}
}

test_a_role_of_another_agency_is_refused if {
	asked := _changed({"subject": {"oin": _vt, "agency": "gemeente", "role": "vt_procescoordinator"}})
	_rule(asked) == "G01_rol_past_niet_bij_organisatie"
}

test_broken_glass_leaves_the_emergency_set_to_send if {
	found := _decide(_given({"toegewezen": false, "break_glass": true, "dienst": true}))
	found.rule == "send"
	gets := _gets(found, 0)
	gets.persoon_pleger == "allow"
	gets.onderbouwing_gevaar == "deny"
	field := [one | some one in found.recipients[0].fields; one.field == "onderbouwing_gevaar"][0]
	field.rule == "G06_niet_toegewezen"
}

test_what_the_sender_may_not_send_is_denied_to_all if {
	found := _decide(_given({"kant": "pleger"}))
	found.rule == "send"
	every number in [0, 1] {
		_gets(found, number).contact_slachtoffer == "deny"
	}
	field := [one | some one in found.recipients[0].fields; one.field == "contact_slachtoffer"][0]
	field.rule == "G16_geheim_adres"
}

test_a_sender_whose_side_nobody_stated_does_not_tell_how_to_reach_the_victim if {
	found := _decide(_given({"kant": "(weg)"}))
	found.rule == "send"
	field := [one | some one in found.recipients[0].fields; one.field == "contact_slachtoffer"][0]
	[field.decision, field.rule] == ["deny", "P_feit_ontbreekt"]
	endswith(field.reason.nl, ": kant.")
}

test_the_sender_is_refused_when_nothing_is_left_to_send if {
	found := _decide(object.union(_given({"kant": "pleger"}), {"categories": ["contact_veilig"]}))
	[found.allowed, found.rule] == [false, "G16_geheim_adres"]
}

test_a_send_under_a_purpose_that_needs_a_case if {
	asked := object.union(
		_given({"strafzaak": false}),
		{
			"message": "zsm.context.verzoek",
			"subject": {"oin": "00000099000000004000", "agency": "om", "role": "om_ovj_zsm"},
			"resource": {"case_state": "opgelegd", "owner": "00000099000000004000"},
			"recipients": [],
		},
	)
	_rule(asked) == "G11_geen_strafzaak"
	_rule(object.union(asked, {"context": object.union(asked.context, {"strafzaak": true})})) == "send"
}

test_system_messages_pass_assignment_territory_and_embargo if {
	receipt := object.union(
		_given({
			"toegewezen": false,
			"gebied_bevoegd": false,
			"embargo": true,
			"functiescheiding_conflict": true,
		}),
		{"message": "systeem.ontvangst", "recipients": []},
	)
	_rule(receipt) == "send"
}
