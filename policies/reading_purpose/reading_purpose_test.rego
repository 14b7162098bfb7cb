package schakel.reading_purpose_test

import data.schakel.reading_purpose
import data.schakel.testing

_reader := {
	"agency": "politie",
	"role": "politie_hovj",
	"state": "screening_gepland",
	"side": "neutraal",
	"owner": false,
	"context": testing.recipient_facts,
}

_under(purpose) := object.union(_reader, {"purpose": purpose})

_message(name) := data.schakel.messages[name]

_in(role, state) := object.union(_reader, {"role": role, "state": state})

_given(reader, facts) := object.union(reader, {"context": object.union(reader.context, facts)})

test_usable if reading_purpose.usable(_under("screening"))

test_not_usable_for_another_role if not reading_purpose.usable(_under("verlenging"))

test_not_usable_in_another_state if {
	not reading_purpose.usable(object.union(_under("screening"), {"state": "gesloten"}))
}

test_not_usable_without_its_situation if {
	enforcing := object.union(_under("handhaving"), {"state": "afgelopen"})
	not reading_purpose.usable(enforcing)
	reading_purpose.usable(_given(enforcing, {"overtreding_open": true}))
}

test_the_purpose_of_the_message_comes_first if {
	message := _message("screening.gepland.kennisgeving")
	reading_purpose.of_recipient(message, _reader) == "screening"
}

test_then_the_order_of_the_role if {
	message := _message("huisverbod.opgelegd")
	reading_purpose.of_recipient(message, _in("casemanager_vt", "opgelegd")) == "uitvoering"
	reading_purpose.of_recipient(message, _in("politie_wijkagent", "opgelegd")) == "handhaving"
}

test_then_the_last_purposes_of_the_message if {
	message := _message("zsm.afdoening")
	reading_purpose.of_recipient(message, _in("burgemeester", "opgelegd")) == "besluit"
	reading_purpose.of_recipient(message, _in("burgemeester", "melding")) == "waarschuwing"
}

test_a_list_of_its_own_replaces_the_order if {
	message := _message("zsm.context.verzoek")
	asked := {"uitvraag_open": true}
	reading_purpose.of_recipient(message, _given(_in("gemeente_jurist", "opgelegd"), asked)) == "beantwoording"
	not reading_purpose.of_recipient(message, _in("gemeente_jurist", "opgelegd"))
	reading_purpose.of_recipient(message, _given(_in("reclassering_adviseur", "opgelegd"), asked)) == "reclassering"
}

test_no_purpose_is_no_reading if {
	not reading_purpose.of_recipient(_message("screening.gepland.kennisgeving"), _in("politie_hovj", "gesloten"))
	not reading_purpose.of_recipient(_message("screening.gepland.kennisgeving"), object.remove(_reader, ["state"]))
}

test_purpose_of_a_send_in_the_case_state if {
	reading_purpose.of_sender(_message("screening.gepland.kennisgeving"), "screening_gepland") == {"purpose": "screening", "state": "screening_gepland"}
}

test_purpose_of_a_send_in_the_state_after_it if {
	reading_purpose.of_sender(_message("melding.acuut"), "melding") == {"purpose": "screening", "state": "acuut_gemeld"}
}

test_the_case_state_comes_before_the_state_after if {
	reading_purpose.of_sender(_message("melding.acuut"), "screening_gepland") == {"purpose": "screening", "state": "screening_gepland"}
}

test_the_next_purpose_when_the_first_is_not_valid if {
	reading_purpose.of_sender(_message("hulpverlening.voortgang"), "afronding").purpose == "monitoring"
	reading_purpose.of_sender(_message("zsm.afdoening"), "melding").purpose == "waarschuwing"
}

test_without_a_valid_purpose_the_first_stays if {
	reading_purpose.of_sender(_message("melding.zorg"), "gesloten") == {"purpose": "melding_vt", "state": "gesloten"}
}
