package schakel.guards_test

import data.schakel.guards
import data.schakel.testing

_officer := {
	"agency": "politie",
	"role": "politie_hovj",
	"purpose": "screening",
	"state": "screening_gepland",
	"side": "neutraal",
	"owner": false,
	"third_party_named": false,
	"context": testing.facts,
}

_with(changes) := object.union(_officer, changes)

_given(facts) := _with_facts(_officer, facts)

# object.union would keep a fact that was removed, so the context is replaced.
_with_facts(actor, facts) := json.patch(actor, [{
	"op": "replace",
	"path": "/context",
	"value": testing.changed(actor.context, facts),
}])

_refused(step, actor) := guards.refuses(step, actor).rule

_passes(step, actor) if not guards.refuses(step, actor)

test_role_belongs_to_agency if _passes("G01", _officer)

test_another_agency_may_not_carry_the_role if {
	_refused("G01", _with({"agency": "gemeente"})) == "G01_rol_past_niet_bij_organisatie"
}

test_a_role_may_belong_to_several_agencies if {
	every agency in ["gemeente", "hulpverlening", "opvang"] {
		_passes("G01", _with({"agency": agency, "role": "casemanager_gemeente"}))
	}
	_refused("G01", _with({"agency": "veilig_thuis", "role": "casemanager_gemeente"})) == "G01_rol_past_niet_bij_organisatie"
}

test_an_unknown_role_is_refused if {
	_refused("G01", _with({"role": "iedereen"})) == "G01_rol_past_niet_bij_organisatie"
}

test_without_role_or_agency_it_is_refused if {
	_refused("G01", object.remove(_officer, ["role"])) == "G01_rol_past_niet_bij_organisatie"
	_refused("G01", object.remove(_officer, ["agency"])) == "G01_rol_past_niet_bij_organisatie"
}

test_purpose_stated if _passes("G02", _officer)

test_no_purpose_is_refused if {
	_refused("G02", _with({"purpose": null})) == "G02_geen_doel"
	_refused("G02", _given({"doel_verklaard": false})) == "G02_geen_doel"
}

test_unknown_whether_a_purpose_was_stated_is_refused if {
	_refused("G02", _given({"doel_verklaard": "(weg)"})) == "G02_geen_doel"
}

test_purpose_on_the_list if _passes("G03", _officer)

test_an_invented_purpose_is_refused if _refused("G03", _with({"purpose": "nieuwsgierig"})) == "G03_onbekend_doel"

test_no_purpose_is_on_no_list if _refused("G03", object.remove(_officer, ["purpose"])) == "G03_onbekend_doel"

test_purpose_valid_in_state if _passes("G04", _officer)

test_purpose_of_another_state_is_refused if {
	_refused("G04", _with({"state": "gesloten"})) == "G04_doel_niet_geldig_in_toestand"
}

test_unknown_state_is_refused if {
	_refused("G04", object.remove(_officer, ["state"])) == "G04_doel_niet_geldig_in_toestand"
}

test_role_may_invoke_purpose if _passes("G05", _officer)

test_role_without_the_purpose_is_refused if {
	_refused("G05", _with({"role": "burgemeester"})) == "G05_rol_mag_doel_niet_inroepen"
}

test_no_role_invokes_no_purpose if {
	_refused("G05", object.remove(_officer, ["role"])) == "G05_rol_mag_doel_niet_inroepen"
}
