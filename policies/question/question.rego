# METADATA
# title: The question itself
# description: >-
#   Can the question be read, and is it asked of the revision that the asker expects? Comes before every rule about
#   people and data.
package schakel.question

import data.schakel.text

# METADATA
# title: The revision of these rules
revision := data.schakel.manifest.revision

# METADATA
# title: What is wrong with a question, in order
problems(question, readable) := [refusal |
	some step in data.schakel.steps.vraag
	refusal := refuses(step, question, readable)
]

# METADATA
# title: A question that cannot be read
# description: >-
#   Something is missing or of the wrong kind. Nothing is decided about a half-understood question.
# custom:
#   rule_id: P_ongeldige_vraag
#   citation: "AVG 5(2), 32"
#   status: D
#   message_nl: "De vraag aan het beslispunt is onvolledig of onleesbaar."
#   message_en: "The question to the decision point is incomplete or unreadable."
#   next_step_nl: "Meld dit aan de beheerder van de hub."
#   next_step_en: "Report this to the operator of the hub."
refuses("P_ongeldige_vraag", _, false) := text.because(rego.metadata.rule())

# METADATA
# title: Another revision than expected
# description: >-
#   A decision counts only under the revision that the asker recorded.
# custom:
#   rule_id: P_revisie
#   citation: "AVG 5(2), 32"
#   status: D
#   message_nl: "Het beslispunt gebruikt een andere versie van de regels."
#   message_en: "The decision point uses another revision of the rules."
#   next_step_nl: "Probeer het over een minuut opnieuw."
#   next_step_en: "Try again in a minute."
refuses("P_revisie", question, _) := text.because(rego.metadata.rule()) if not _same_revision(question)

# METADATA
# title: Who asks can be read
asker_readable(question) if {
	is_string(question.now)
	is_string(question.revision)
	is_object(question.context)
	party_readable(question.subject)
}

# METADATA
# title: A party can be read
party_readable(party) if {
	is_string(party.oin)
	is_string(party.agency)
	is_string(party.role)
}

_same_revision(question) if question.revision == revision
