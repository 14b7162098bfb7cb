package schakel.question_test

import data.schakel.question
import data.schakel.testing

_party := {"oin": "00000099000000001000", "agency": "politie", "role": "politie_hovj"}

_asked := object.union(testing.asked, {"context": {}, "subject": _party})

_rules(asked, readable) := [problem.rule | some problem in question.problems(asked, readable)]

test_a_readable_question_of_this_revision if _rules(_asked, true) == []

test_an_unreadable_question_is_refused if _rules(_asked, false) == ["P_ongeldige_vraag"]

test_another_revision_is_refused if {
	_rules(object.union(_asked, {"revision": "0-anders"}), true) == ["P_revisie"]
	_rules(object.remove(_asked, ["revision"]), true) == ["P_revisie"]
}

test_unreadable_comes_before_revision if _rules({}, false) == ["P_ongeldige_vraag", "P_revisie"]

test_the_revision_is_that_of_the_manifest if {
	question.revision == "r7" with data.schakel.manifest.revision as "r7"
}

test_who_asks_can_be_read if question.asker_readable(_asked)

test_who_asks_cannot_be_read_without_each_part if {
	every key in ["now", "revision", "context", "subject"] {
		not question.asker_readable(object.remove(_asked, [key]))
	}
	every key in ["now", "revision", "context", "subject"] {
		not question.asker_readable(object.union(_asked, {key: 7}))
	}
}

test_a_party_can_be_read if question.party_readable(_party)

test_a_party_needs_each_part if {
	every key in ["oin", "agency", "role"] {
		not question.party_readable(object.remove(_party, [key]))
		not question.party_readable(object.union(_party, {key: null}))
	}
}
