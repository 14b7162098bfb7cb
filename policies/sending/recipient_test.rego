package schakel.sending_test

import data.schakel.testing

_one(recipient) := _decide(_changed({"recipients": [recipient]})).recipients[0]

_rule_for(recipient) := _one(recipient).rule

test_a_recipient_that_is_not_listed if {
	found := _one(_to("politie_noodhulp"))
	[found.allowed, found.rule, found.obligations] == [false, "S_ontvanger", []]
	every field in found.fields {
		[field.decision, field.mask, field.rule] == ["deny", null, "S_ontvanger"]
	}
}

test_a_recipient_of_the_wrong_agency if {
	_rule_for(object.union(_to("politie_hovj"), {"agency": "gemeente"})) == "S_ontvanger"
}

test_a_recipient_neither_competent_nor_assigned if {
	_rule_for(object.union(_to("politie_hovj"), {"competent_or_assigned": false})) == "S_ontvanger"
}

test_a_recipient_whose_facts_are_missing_is_refused_alone if {
	context := object.remove(_to("politie_hovj").context, ["strafzaak"])
	blind := testing.changed(_to("politie_hovj"), {"context": context})
	found := _decide(_changed({"recipients": [blind, _to("politie_wijkagent")]}))
	[[one.allowed, one.rule] | some one in found.recipients] == [[false, "P_feit_ontbreekt"], [true, "matrix"]]
	endswith(found.recipients[0].reason.nl, ": strafzaak.")
}

test_a_recipient_whose_side_nobody_stated_gets_all_but_what_reaches_the_victim if {
	context := object.remove(_to("politie_hovj").context, ["ontvanger_kant"])
	unstated := testing.changed(_to("politie_hovj"), {"context": context})
	found := _one(unstated)
	[found.allowed, found.rule] == [true, "matrix"]
	refused := [field | some field in found.fields; field.rule == "P_feit_ontbreekt"]
	{field.category | some field in refused} == {"contact_veilig"}
	every field in refused {
		field.decision == "deny"
		endswith(field.reason.nl, ": ontvanger_kant.")
	}
}

_decision_to(role, agency, facts) := object.union(
	_changed({
		"message": "huisverbod.opgelegd",
		"subject": {"oin": "00000099000000003000", "agency": "gemeente", "role": "burgemeester"},
	}),
	{
		"resource": {"case_state": "besluitvorming", "state_after": "opgelegd", "owner": "00000099000000003000"},
		"recipients": [{
			"oin": "00000099000000004000",
			"agency": agency,
			"role": role,
			"competent_or_assigned": true,
			"context": object.union(_to(role).context, facts),
		}],
	},
)

test_the_om_hears_of_a_ban_only_with_a_criminal_case if {
	_decide(_decision_to("om_ovj_zsm", "om", {"strafzaak": false})).recipients[0].rule == "G11_geen_strafzaak"
	found := _decide(_decision_to("om_ovj_zsm", "om", {"strafzaak": true})).recipients[0]
	[found.rule, found.purpose] == ["matrix", "zsm"]
}

test_a_message_with_a_state_of_its_own_is_read_in_that_state if {
	_decide(_decision_to("politie_wijkagent", "politie", {})).recipients[0].purpose == "handhaving"
}

test_a_recipient_without_a_purpose_gets_nothing if {
	asked := object.union(
		_changed({"message": "zsm.afdoening"}),
		{
			"subject": {"oin": "00000099000000004000", "agency": "om", "role": "om_ovj_zsm"},
			"resource": {"case_state": "opgelegd", "owner": "00000099000000004000"},
			"recipients": [object.union(_to("politie_wijkagent"), {"context": object.union(_to("politie_wijkagent").context, {"strafzaak": false})})],
		},
	)
	found := _decide(asked).recipients[0]
	[found.allowed, found.rule, found.purpose] == [false, "S_geen_leesdoel", null]
	every field in found.fields {
		[field.decision, field.rule] == ["deny", "S_geen_leesdoel"]
	}
}

test_a_recipient_on_the_side_of_the_perpetrator_never_gets_the_contact_of_the_victim if {
	side := object.union(_to("politie_hovj").context, {"ontvanger_kant": "pleger"})
	found := _one(object.union(_to("politie_hovj"), {"context": side}))
	found.allowed == true
	field := [one | some one in found.fields; one.field == "contact_slachtoffer"][0]
	[field.decision, field.rule] == ["deny", "G16_geheim_adres"]
}

test_a_recipient_to_whom_everything_is_denied if {
	found := _decide(_changed({"categories": ["weegadvies"], "recipients": [_to("politie_wijkagent")]})).recipients[0]
	row := data.schakel.matrix.screening.politie_wijkagent.weegadvies
	[found.allowed, found.rule, found.reason, found.article, found.purpose] == [false, "matrix", row.reason, row.article, "screening"]
}

_question(facts) := object.union(
	_changed({
		"message": "zsm.context.verzoek",
		"subject": {"oin": "00000099000000004000", "agency": "om", "role": "om_ovj_zsm"},
	}),
	{
		"resource": {"case_state": "opgelegd", "owner": "00000099000000004000"},
		"recipients": [{
			"oin": "00000099000000003000",
			"agency": "gemeente",
			"role": "gemeente_jurist",
			"competent_or_assigned": true,
			"context": facts,
		}],
	},
)

test_a_question_opens_what_its_reader_needs if {
	found := _decide(_question(_to("gemeente_jurist").context)).recipients[0]
	[found.rule, found.purpose] == ["matrix", "beantwoording"]
}

test_what_a_message_opens_need_not_be_known_before if {
	unknown := object.remove(_to("gemeente_jurist").context, ["uitvraag_open"])
	_decide(_question(unknown)).recipients[0].purpose == "beantwoording"
}

_report(role) := object.union(
	_changed({
		"message": "melding.zorg",
		"subject": {"oin": _police, "agency": "politie", "role": "politie_noodhulp"},
	}),
	{
		"resource": {"case_state": "melding", "owner": _police},
		"recipients": [{
			"oin": _vt,
			"agency": "veilig_thuis",
			"role": role,
			"competent_or_assigned": true,
			"context": _to(role).context,
		}],
	},
)

test_a_message_can_make_its_recipient_the_owner if {
	found := _decide(_report("vt_medewerker"))
	_gets(found, 0).melder == "allow"
}

test_the_owner_is_known_by_its_oin if {
	row := {
		"decision": "allow",
		"condition": "C_EIGEN",
		"else_decision": "deny",
		"reason": {"nl": "Eigen", "en": "Own"},
		"article": "AVG 5",
		"status": "D",
	}
	matrix := {"screening": {"politie_hovj": {"bsn": row}}}
	asked := _changed({"categories": ["bsn"], "recipients": [_to("politie_hovj")]})
	_gets(_decide(asked), 0).bsn_pleger == "deny" with data.schakel.matrix as matrix
	own := object.union(asked, {"resource": {"case_state": "screening_gepland", "owner": _police}})
	_gets(_decide(own), 0).bsn_pleger == "allow" with data.schakel.matrix as matrix
}
