package schakel.disclosure_test

import data.schakel.disclosure
import data.schakel.testing

_vt := "00000099000000002000"

_police := "00000099000000001000"

_reading := object.union(testing.asked, {
	"action": "lezen",
	"subject": {"oin": _police, "agency": "politie", "role": "politie_hovj"},
	"purpose": "screening",
	"resource": {"case_state": "screening_gepland", "owner": _vt},
	"categories": ["vt_melding_inhoud", "medisch", "identificerend"],
	"context": testing.facts,
})

_decide(asked) := answer if {
	answer := disclosure.decision with input as asked
}

_changed(changes) := testing.changed(_reading, changes)

_given(facts) := object.union(object.remove(_reading, ["context"]), {"context": testing.changed(testing.facts, facts)})

_rule(asked) := _decide(asked).rule

_verdicts(asked) := [[one.category, one.decision, one.mask, one.rule] | some one in _decide(asked).categories]

test_reading_by_the_rows if {
	_verdicts(_reading) == [
		["vt_melding_inhoud", "mask", "M_BRON", "matrix"],
		["medisch", "deny", null, "matrix"],
		["identificerend", "allow", null, "matrix"],
	]
	rows := data.schakel.matrix.screening.politie_hovj
	shown := [rows.vt_melding_inhoud, rows.identificerend]
	found := _decide(_reading)
	object.remove(found, ["categories", "obligations"]) == {
		"allowed": true,
		"rule": "matrix",
		"reason": {"nl": "De regel in de matrix beslist.", "en": "The row in the matrix decides."},
		"article": concat("; ", sort({one | some row in shown; some one in split(row.article, "; ")})),
		"article_status": "C",
		"next_step": {
			"nl": "Bekijk per veld wat de ontvanger krijgt.",
			"en": "See per field what the recipient gets.",
		},
		"purpose": "screening",
		"revision": data.schakel.manifest.revision,
	}
}

test_a_category_says_why if {
	row := data.schakel.matrix.screening.politie_hovj.identificerend
	_decide(_reading).categories[2] == {
		"category": "identificerend",
		"decision": "allow",
		"mask": null,
		"rule": "matrix",
		"reason": row.reason,
		"article": row.article,
		"article_status": row.status,
	}
}

test_when_all_is_denied_the_first_says_why if {
	found := _decide(_changed({"categories": ["medisch"]}))
	row := data.schakel.matrix.screening.politie_hovj.medisch
	[found.allowed, found.rule, found.reason, found.article, found.article_status] == [false, "matrix", row.reason, row.article, row.status]
}

test_a_category_that_does_not_exist_is_refused if {
	_verdicts(_changed({"categories": ["roddel"]})) == [["roddel", "deny", null, "G00_default"]]
}

test_guards_of_the_reader if {
	every facts, rule in {
		{"doel_verklaard": false}: "G02_geen_doel",
		{"bewaartermijn_verlopen": true}: "G08_bewaartermijn",
		{"toegewezen": false}: "G06_niet_toegewezen",
		{"gebied_bevoegd": false}: "G07_niet_bevoegd_gebied",
		{"embargo": true}: "G09_embargo",
		{"functiescheiding_conflict": true}: "G10_functiescheiding",
		{"persoon_in_zaak": false}: "G14_persoon_niet_in_zaak",
	} {
		found := _decide(_given(facts))
		[found.allowed, found.rule] == [false, rule]
		every one in found.categories {
			[one.decision, one.rule] == ["deny", rule]
		}
	}
}

test_guards_on_the_question if {
	every changes, rule in {
		{"purpose": null}: "G02_geen_doel",
		{"purpose": "nieuwsgierig"}: "G03_onbekend_doel",
		{"purpose": "monitoring"}: "G04_doel_niet_geldig_in_toestand",
		{"purpose": "weging"}: "G04_doel_niet_geldig_in_toestand",
		{"purpose": "zsm"}: "G05_rol_mag_doel_niet_inroepen",
		{"subject": {"oin": _police, "agency": "om", "role": "politie_hovj"}}: "G01_rol_past_niet_bij_organisatie",
		{"categories": ["politie_art10_12"]}: "G17_nooit_via_hub",
		{"categories": ["melder_identiteit"]}: "G15_melder",
	} {
		_rule(_changed(changes)) == rule
	}
}

test_the_purpose_is_given_back if {
	_decide(_changed({"purpose": "nieuwsgierig"})).purpose == "nieuwsgierig"
	_decide(_changed({"purpose": null})).purpose == null
	_decide(_changed({"purpose": 7})).purpose == null
}

test_the_victim_stays_out_of_reach if {
	asked := object.union(_given({"kant": "pleger"}), {"categories": ["contact_veilig", "identificerend"]})
	_verdicts(asked) == [
		["contact_veilig", "deny", null, "G16_geheim_adres"],
		["identificerend", "allow", null, "matrix"],
	]
}

test_a_reader_whose_side_nobody_stated if {
	asked := object.union(_given({"kant": "(weg)"}), {"categories": ["contact_veilig", "identificerend"]})
	_verdicts(asked) == [
		["contact_veilig", "deny", null, "P_feit_ontbreekt"],
		["identificerend", "allow", null, "matrix"],
	]
}

test_own_data_are_known_by_the_oin if {
	own := {"case_state": "screening_gepland", "owner": _police}
	verdict := data.schakel.matrix.screening.politie_hovj
	conditional := [category | some category, row in verdict; row.condition == "C_EIGEN"]
	every category in conditional {
		_decide(_changed({"categories": [category], "resource": own})).categories[0].decision == verdict[category].decision
		_decide(_changed({"categories": [category]})).categories[0].decision == verdict[category].else_decision
	}
}

_kept := {"id": "O_BEWAREN_TOT", "parameters": {"jaren": 5, "vanaf": "sluiting"}}

test_a_view_names_the_categories_of_an_obligation if {
	asked := _changed({"categories": ["identificerend", "vt_veiligheidsbeoordeling"]})
	_decide(asked).obligations == [
		{
			"id": "O_KIND_IN_PERSONEN",
			"parameters": {"rol": "kind", "category": "kind_basis", "categorieen": ["identificerend"]},
		},
		_kept,
	]
}

test_an_opened_copy_names_the_fields_of_an_obligation if {
	asked := _changed({"categories": ["identificerend"], "message": "screening.gepland.kennisgeving"})
	_decide(asked).obligations == [
		{
			"id": "O_KIND_IN_PERSONEN",
			"parameters": {"rol": "kind", "category": "kind_basis", "velden": ["personen_betrokken"]},
		},
		_kept,
	]
}

_emergency := {"toegewezen": false, "break_glass": true, "dienst": true}

test_broken_glass_is_reviewed if {
	found := _decide(_given(_emergency))
	found.allowed == true
	{"id": "O_TOETSING_ACHTERAF", "parameters": {"binnen_uren": 24}} in found.obligations
	_verdicts(_given(_emergency))[0] == ["vt_melding_inhoud", "deny", null, "G06_niet_toegewezen"]
}

test_nothing_opened_is_nothing_to_review if {
	refused := object.union(_given(_emergency), {"categories": ["medisch"]})
	_decide(refused).obligations == []
	review := {duty.id | some duty in _decide(_reading).obligations}
	review == {"O_KIND_IN_PERSONEN", "O_BEWAREN_TOT"}
}

test_nothing_at_all_is_refused if {
	found := _decide({})
	[found.allowed, found.rule, found.purpose, found.categories, found.obligations] == [false, "P_ongeldige_vraag", null, [], []]
}

test_the_default_refuses if {
	answer := disclosure.decision with input as _reading with data.schakel.manifest as {}
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
		"categories": [],
		"obligations": [],
	}
}

test_a_question_with_a_part_missing_is_unreadable if {
	every key in ["now", "revision", "action", "subject", "resource", "categories", "context"] {
		_rule(object.remove(_reading, [key])) == "P_ongeldige_vraag"
	}
}

test_a_question_with_a_part_of_the_wrong_kind_is_unreadable if {
	every changes in [
		{"action": "kopieren"},
		{"resource": {"case_state": null, "owner": _vt}},
		{"resource": {"case_state": "screening_gepland", "owner": 1}},
		{"categories": []},
		{"categories": "medisch"},
		{"categories": [null]},
		{"message": "bestaat.niet"},
	] {
		_rule(_changed(changes)) == "P_ongeldige_vraag"
	}
}

test_another_revision_is_refused if {
	_verdicts(_changed({"revision": "0-anders", "categories": ["bsn"]})) == [["bsn", "deny", null, "P_revisie"]]
	_rule(_changed({"revision": "0-anders"})) == "P_revisie"
}

test_a_missing_fact_is_refused if {
	found := _decide(_given({"toegewezen": "(weg)"}))
	[found.allowed, found.rule] == [false, "P_feit_ontbreekt"]
	endswith(found.reason.en, ": toegewezen.")
}
