package schakel.sending_test

import data.schakel.sending
import data.schakel.testing

_vt := "00000099000000002000"

_police := "00000099000000001000"

_to(role) := {
	"oin": _police,
	"agency": "politie",
	"role": role,
	"competent_or_assigned": true,
	"context": testing.recipient_facts,
}

_notice := object.union(testing.asked, {
	"message": "screening.gepland.kennisgeving",
	"subject": {"oin": _vt, "agency": "veilig_thuis", "role": "vt_procescoordinator"},
	"resource": {"case_state": "screening_gepland", "state_after": null, "owner": _vt},
	"context": testing.facts,
	"recipients": [_to("politie_hovj"), _to("politie_wijkagent")],
})

_decide(asked) := answer if {
	answer := sending.decision with input as asked
}

_changed(changes) := testing.changed(_notice, changes)

_given(facts) := _changed({"context": testing.changed(testing.facts, facts)})

_rule(asked) := _decide(asked).rule

# What one recipient gets, by field: allow, deny or its mask.
_gets(decision, number) := {field.field: _short(field) | some field in decision.recipients[number].fields}

_short(field) := field.mask if field.decision == "mask"

_short(field) := field.decision if field.decision != "mask"

test_the_sender_may_send if {
	found := _decide(_notice)
	object.remove(found, ["recipients"]) == {
		"allowed": true,
		"rule": "send",
		"reason": {"nl": "De afzender mag dit versturen.", "en": "The sender may send this."},
		"article": "Wmo 2015 4.1.1(2)(e), 5.1.6; Wth 2(1), 3(1)",
		"article_status": "C",
		"next_step": {"nl": "U kunt het bericht versturen.", "en": "You can send the message."},
		"purpose": "screening",
		"revision": data.schakel.manifest.revision,
	}
}

test_every_recipient_reads_under_its_own_purpose if {
	found := _decide(_notice)
	[[one.role, one.allowed, one.rule, one.purpose] | some one in found.recipients] == [
		["politie_hovj", true, "matrix", "screening"],
		["politie_wijkagent", true, "matrix", "screening"],
	]
}

test_what_a_recipient_gets_rests_on_the_articles_of_its_rows if {
	some recipient in _decide(_notice).recipients
	rows := data.schakel.matrix[recipient.purpose][recipient.role]
	given := {one | some field in recipient.fields; field.decision != "deny"; some one in split(rows[field.category].article, "; ")}
	count(given) > 2
	recipient.article == concat("; ", sort(given))
}

test_fields_come_in_the_order_of_the_schema if {
	expected := [field.name | some field in data.schakel.messages[_notice.message].fields]
	found := _decide(_notice)
	every recipient in found.recipients {
		[field.field | some field in recipient.fields] == expected
	}
}

test_a_field_says_why if {
	row := data.schakel.matrix.screening.politie_hovj.identificerend
	_decide(_notice).recipients[0].fields[0] == {
		"field": "persoon_pleger",
		"category": "identificerend",
		"decision": "allow",
		"mask": null,
		"rule": "matrix",
		"reason": row.reason,
		"article": row.article,
		"article_status": row.status,
	}
}

test_the_wijkagent_never_gets_the_reasoning_or_the_help if {
	gets := _gets(_decide(_notice), 1)
	gets.persoon_pleger == "allow"
	gets.onderbouwing_gevaar == "M_UITKOMST"
	gets.kinderen == "M_KIND"
	gets.lopende_trajecten == "deny"
	gets.weegadvies_samenvatting == "deny"
}

test_obligations_of_the_wijkagent if {
	duties := {duty.id: duty.parameters | some duty in _decide(_notice).recipients[1].obligations}
	duties == {
		"O_BEWAREN_TOT": {"jaren": 5, "vanaf": "sluiting"},
		"O_GEZONDHEIDSCODES": {
			"codes": ["suicidaal", "middelengebruik"],
			"not_for": ["politie_wijkagent", "politie_noodhulp"],
			"velden": ["veiligheidsaandachtspunten"],
		},
		"O_KIND_IN_PERSONEN": {"rol": "kind", "category": "kind_basis", "velden": ["personen_betrokken"]},
	}
}

test_without_recipients_only_the_sender_is_judged if {
	found := _decide(_changed({"recipients": []}))
	[found.allowed, found.rule, found.recipients] == [true, "send", []]
}

test_only_the_categories_asked if {
	found := _decide(_changed({"categories": ["bsn", "kind_basis"]}))
	object.keys(_gets(found, 0)) == {"bsn_pleger", "kinderen"}
}

test_nothing_at_all_is_refused if {
	_decide({}) == {
		"allowed": false,
		"rule": "P_ongeldige_vraag",
		"reason": {
			"nl": "De vraag aan het beslispunt is onvolledig of onleesbaar.",
			"en": "The question to the decision point is incomplete or unreadable.",
		},
		"article": "AVG 5(2), 32",
		"article_status": "D",
		"next_step": {
			"nl": "Meld dit aan de beheerder van de hub.",
			"en": "Report this to the operator of the hub.",
		},
		"purpose": null,
		"revision": data.schakel.manifest.revision,
		"recipients": [],
	}
}

test_the_default_refuses if {
	answer := sending.decision with input as _notice with data.schakel.manifest as {}
	answer == {
		"allowed": false,
		"rule": "G00_default",
		"reason": {"nl": "Er is geen regel die dit toestaat.", "en": "No rule allows this."},
		"article": "AVG 5(1)(b),(c)",
		"article_status": "S",
		"next_step": {
			"nl": "Vraag de eigenaar van de gegevens om ze zelf te sturen.",
			"en": "Ask the owner of the data to send them.",
		},
		"purpose": null,
		"revision": "",
		"recipients": [],
	}
}

test_a_question_with_a_part_missing_is_unreadable if {
	every key in ["now", "revision", "message", "subject", "resource", "context", "recipients"] {
		found := _decide(object.remove(_notice, [key]))
		[found.allowed, found.rule, found.recipients] == [false, "P_ongeldige_vraag", []]
	}
}

test_a_question_with_a_part_of_the_wrong_kind_is_unreadable if {
	every changes in [
		{"message": "bestaat.niet"},
		{"resource": {"case_state": 1, "owner": _vt}},
		{"resource": {"case_state": "screening_gepland", "owner": null}},
		{"context": "alles"},
		{"categories": []},
		{"categories": null},
		{"categories": [1]},
		{"recipients": {}},
		{"recipients": [{}]},
		{"recipients": [object.remove(_to("politie_hovj"), ["context"])]},
		{"recipients": [object.remove(_to("politie_hovj"), ["role"])]},
		{"recipients": [object.union(_to("politie_hovj"), {"competent_or_assigned": "ja"})]},
		{"recipients": [_to("politie_hovj"), object.remove(_to("politie_hovj"), ["competent_or_assigned"])]},
	] {
		_rule(_changed(changes)) == "P_ongeldige_vraag"
	}
}

test_another_revision_is_refused if {
	found := _decide(_changed({"revision": "0-anders"}))
	[found.allowed, found.rule] == [false, "P_revisie"]
	every recipient in found.recipients {
		[recipient.allowed, recipient.rule] == [false, "P_revisie"]
		every field in recipient.fields {
			[field.decision, field.rule] == ["deny", "P_revisie"]
		}
	}
}

test_an_unknown_fact_of_the_sender_refuses_everybody if {
	found := _decide(_given({"strafzaak": "(weg)"}))
	[found.allowed, found.rule] == [false, "P_feit_ontbreekt"]
	endswith(found.reason.nl, ": strafzaak.")
	[one.rule | some one in found.recipients] == ["P_feit_ontbreekt", "P_feit_ontbreekt"]
}

test_a_key_that_the_rules_do_not_know_is_refused if _rule(_given({"naam": true})) == "P_onbekende_sleutel"
