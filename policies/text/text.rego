# METADATA
# title: Words of a verdict
# description: >-
#   Turns the METADATA of a rule into what a verdict says. METADATA is the only place where these texts stand. Decides
#   nothing.
package schakel.text

# METADATA
# title: What a refusing rule says
because(annotations) := {
	"rule": annotations.custom.rule_id,
	"reason": {"nl": annotations.custom.message_nl, "en": annotations.custom.message_en},
	"article": annotations.custom.citation,
	"article_status": annotations.custom.status,
	"next_step": {"nl": annotations.custom.next_step_nl, "en": annotations.custom.next_step_en},
}

# METADATA
# title: The same, followed by the names that it is about
naming(annotations, names) := object.union(because(annotations), {"reason": {
	"nl": _with_names(annotations.custom.message_nl, names),
	"en": _with_names(annotations.custom.message_en, names),
}})

# METADATA
# title: The same, resting on the article of a row
on_article(words, row) := object.union(words, {
	"article": row.article,
	"article_status": row.status,
})

# METADATA
# title: The same, resting on the articles of the rows that let something through
# description: >-
#   Each citation once, in order. The status is that of the least certain of them.
on_rows(words, verdicts) := object.union(words, {
	"article": concat("; ", sort({citation |
		some verdict in verdicts
		verdict.decision != "deny"
		some citation in split(verdict.article, "; ")
	})),
	"article_status": [status | some status in _least_certain_first; status in statuses][0],
}) if {
	statuses := {verdict.article_status | some verdict in verdicts; verdict.decision != "deny"}
}

_least_certain_first := ["D", "U", "S", "N", "C"]

# METADATA
# title: A refusal as the verdict on one category
denied(refusal) := {
	"decision": "deny",
	"mask": null,
	"rule": refusal.rule,
	"reason": refusal.reason,
	"article": refusal.article,
	"article_status": refusal.article_status,
	"next_step": refusal.next_step,
}

# METADATA
# title: What a decision shows of the verdict on a category
shown(verdict) := {
	"decision": verdict.decision,
	"mask": verdict.mask,
	"rule": verdict.rule,
	"reason": verdict.reason,
	"article": verdict.article,
	"article_status": verdict.article_status,
}

# METADATA
# title: The head of a decision, taken from the verdict on a category
head_of(verdict) := {
	"rule": verdict.rule,
	"reason": verdict.reason,
	"article": verdict.article,
	"article_status": verdict.article_status,
	"next_step": verdict.next_step,
}

_with_names(sentence, names) := concat("", [trim_suffix(sentence, "."), ": ", concat(", ", names), "."])
