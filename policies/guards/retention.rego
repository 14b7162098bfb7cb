# Retention and embargo.
# Guards G08a, G08b and G09, and their forms for a sender. The age of a police item and the embargo are known to the
# owner's node only; here they are judged when they are given, as in a casebook.

package schakel.guards

import data.schakel.facts
import data.schakel.text

# METADATA
# title: The retention period of the case still runs
# description: >-
#   After it there is nothing left to share.
# custom:
#   rule_id: G08_bewaartermijn
#   citation: "Wth 10(1); Wpg 8, 14; AVG 5(1)(e)"
#   status: S
#   message_nl: "De bewaartermijn is verstreken."
#   message_en: "The retention period is over."
#   next_step_nl: "Vraag de eigenaar of de gegevens nog bewaard mogen worden."
#   next_step_en: "Ask the owner whether the data may still be kept."
refuses("G08a", actor) := text.because(rego.metadata.rule()) if not _case_kept(actor)

# METADATA
# title: The owner does not hold the data back
# description: >-
#   Says no more than that there is nothing to share.
# custom:
#   rule_id: G09_embargo
#   citation: "Wpg 3, 27 (by analogy)"
#   status: S
#   message_nl: "Er is niets te delen."
#   message_en: "There is nothing to share."
#   next_step_nl: "U hoeft niets te doen."
#   next_step_en: "There is nothing for you to do."
refuses("G09", actor) := text.because(rego.metadata.rule()) if not _no_embargo(actor)

# METADATA
# title: The owner does not hold the data back from a send
# description: >-
#   As G09. An embargo never stops a receipt or a refusal.
# custom:
#   rule_id: G09_embargo
#   citation: "Wpg 3, 27 (by analogy)"
#   status: S
#   message_nl: "Er is niets te delen."
#   message_en: "There is nothing to share."
#   next_step_nl: "U hoeft niets te doen."
#   next_step_en: "There is nothing for you to do."
refuses("G09s", actor) := text.because(rego.metadata.rule()) if {
	not _system_message(actor)
	not _no_embargo(actor)
}

# METADATA
# title: The item is not too old
# description: >-
#   Police data of article 8 for five years, monitoring until eighteen months after the end.
# custom:
#   rule_id: G08_bewaartermijn
#   citation: "Wth 10(1); Wpg 8, 14; AVG 5(1)(e)"
#   status: S
#   message_nl: "De bewaartermijn is verstreken."
#   message_en: "The retention period is over."
#   next_step_nl: "Vraag de eigenaar of de gegevens nog bewaard mogen worden."
#   next_step_en: "Ask the owner whether the data may still be kept."
withholds("G08b", actor, asked) := {category: refusal |
	refusal := text.because(rego.metadata.rule())
	some category in _too_old(actor, asked)
}

# METADATA
# title: The item sent is not too old
# description: >-
#   As G08b. Receipts, refusals and corrections always pass.
# custom:
#   rule_id: G08_bewaartermijn
#   citation: "Wth 10(1); Wpg 8, 14; AVG 5(1)(e)"
#   status: S
#   message_nl: "De bewaartermijn is verstreken."
#   message_en: "The retention period is over."
#   next_step_nl: "Vraag de eigenaar of de gegevens nog bewaard mogen worden."
#   next_step_en: "Ask the owner whether the data may still be kept."
withholds("G08s", actor, asked) := {category: refusal |
	refusal := text.because(rego.metadata.rule())
	some category in _too_old(actor, asked)
} if {
	not _system_message(actor)
}

_case_kept(actor) if facts.is_false(actor.context, "bewaartermijn_verlopen")

_no_embargo(actor) if not _embargo_known(actor)

_no_embargo(actor) if facts.is_false(actor.context, "embargo")

_embargo_known(actor) if "embargo" in object.keys(actor.context)

_too_old(actor, asked) := asked if not _within_months(actor)

_too_old(actor, asked) := asked & _aged(actor) if _within_months(actor)

_aged(actor) := _set("police_retention") if _item_too_old(actor)

_aged(actor) := set() if not _item_too_old(actor)

_item_too_old(actor) if {
	age := actor.context.politiegegeven_leeftijd_jaren
	age > data.schakel.obligation_parameters.O_LEEFTIJD_POLITIE.parameters.jaren
}

_within_months(actor) if not data.schakel.purposes[actor.purpose].ends_after_months

_within_months(actor) if actor.context.maanden_na_einde <= data.schakel.limits.monitoring_maanden.value
