package schakel.text_test

import data.schakel.text

_annotations := {"custom": {
	"rule_id": "X_voorbeeld",
	"citation": "AVG 5",
	"status": "C",
	"message_nl": "Nee.",
	"message_en": "No.",
	"next_step_nl": "Vraag",
	"next_step_en": "Ask",
}}

_words := {
	"rule": "X_voorbeeld",
	"reason": {"nl": "Nee.", "en": "No."},
	"article": "AVG 5",
	"article_status": "C",
	"next_step": {"nl": "Vraag", "en": "Ask"},
}

test_words_come_from_the_annotations if text.because(_annotations) == _words

test_a_rule_without_words_says_nothing if not text.because({"custom": {"rule_id": "X_voorbeeld"}})

test_names_follow_the_words if {
	named := text.naming(_annotations, ["a", "b"])
	named == object.union(_words, {"reason": {"nl": "Nee: a, b.", "en": "No: a, b."}})
}

test_the_article_of_a_row_replaces_that_of_the_rule if {
	row := {"article": "Wth 2", "status": "N", "other": 1}
	text.on_article(_words, row) == object.union(_words, {"article": "Wth 2", "article_status": "N"})
}

test_the_articles_of_the_rows_that_let_something_through if {
	row := {
		"a": {"decision": "allow", "article": "Wth 2; Awb 4:8", "article_status": "C"},
		"b": {"decision": "mask", "article": "AVG 5; Wth 2", "article_status": "S"},
		"c": {"decision": "deny", "article": "Wpg 10", "article_status": "D"},
	}
	rests := {"article": "AVG 5; Awb 4:8; Wth 2", "article_status": "S"}
	text.on_rows(_words, row) == object.union(_words, rests)
	every status in ["D", "U", "S", "N", "C"] {
		one := {"a": {"decision": "allow", "article": "Wth 2", "article_status": status}}
		text.on_rows(_words, one).article_status == status
		more := object.union(one, {"b": {"decision": "allow", "article": "Wth 3", "article_status": "D"}})
		text.on_rows(_words, more).article_status == "D"
	}
}

test_a_refusal_denies if {
	text.denied(_words) == {
		"decision": "deny",
		"mask": null,
		"rule": "X_voorbeeld",
		"reason": {"nl": "Nee.", "en": "No."},
		"article": "AVG 5",
		"article_status": "C",
		"next_step": {"nl": "Vraag", "en": "Ask"},
	}
}

test_what_is_shown_has_no_next_step if {
	text.shown(text.denied(_words)) == object.remove(text.denied(_words), ["next_step"])
}

test_the_head_has_no_verdict if text.head_of(text.denied(_words)) == _words
