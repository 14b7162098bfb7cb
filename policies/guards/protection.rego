# What never goes there.
# Guards G15 to G18: the reporter, what makes the victim findable, police data that never pass the hub, and
# forwarding. Which categories they concern stands in `data/schakel/categories`.

package schakel.guards

import data.schakel.facts
import data.schakel.text

# METADATA
# title: The reporter stays with Veilig Thuis
# description: >-
#   Only the Veilig Thuis that owns the report knows who reported.
# custom:
#   rule_id: G15_melder
#   citation: "Uitvoeringsbesluit Wmo 4.1.8(3)"
#   status: C
#   message_nl: "Wie de melding deed, blijft bij Veilig Thuis."
#   message_en: "Who reported stays with Veilig Thuis."
#   next_step_nl: "Stuur het bericht zonder gegevens over de melder."
#   next_step_en: "Send the message without data about the reporter."
withholds("G15", actor, asked) := {category: refusal |
	refusal := text.because(rego.metadata.rule())
	some category in (asked & _set("stays_with_owner"))
} if {
	not _keeps(actor)
}

# METADATA
# title: The victim stays out of reach of the perpetrator's side
# description: >-
#   For a reader or recipient: where the victim is and how to reach the victim.
# custom:
#   rule_id: G16_geheim_adres
#   citation: "AVG 5(1)(c),(f), 32; EVRM 2, 8"
#   status: U
#   message_nl: "Gegevens die het slachtoffer vindbaar maken gaan nooit naar de kant van de pleger."
#   message_en: "Data that make the victim findable never go to the perpetrator's side."
#   next_step_nl: "Laat het contact verlopen via het slachtoffer of de opvang."
#   next_step_en: "Let the contact go through the victim or the shelter."
withholds("G16", actor, asked) := object.union(
	_side_not_known(actor, asked & _one_side_only),
	{category: refusal |
		refusal := text.because(rego.metadata.rule())
		some category in (asked & _out_of_reach(actor))
	},
)

# METADATA
# title: The perpetrator's side does not send what locates the victim
# description: >-
#   As G16, but a care provider of the perpetrator may give a signal.
# custom:
#   rule_id: G16_geheim_adres
#   citation: "AVG 5(1)(c),(f), 32; EVRM 2, 8"
#   status: U
#   message_nl: "Gegevens die het slachtoffer vindbaar maken gaan nooit naar de kant van de pleger."
#   message_en: "Data that make the victim findable never go to the perpetrator's side."
#   next_step_nl: "Laat het contact verlopen via het slachtoffer of de opvang."
#   next_step_en: "Let the contact go through the victim or the shelter."
withholds("G16s", actor, asked) := object.union(
	_side_not_known(actor, asked & _set("locates_victim")),
	{category: refusal |
		refusal := text.because(rego.metadata.rule())
		some category in (asked & _hidden_from_role(actor))
	},
)

# METADATA
# title: Nobody stated on whose side the actor stands
# description: >-
#   No side on record is not neutral: what one side never gets goes to nobody whose side is not known.
# custom:
#   rule_id: P_feit_ontbreekt
#   citation: "AVG 5(1)(b),(f), 5(2)"
#   status: D
#   message_nl: "Een feit dat voor dit besluit nodig is, is niet bekend."
#   message_en: "A fact that this decision needs is not known."
#   next_step_nl: "Leg het gegeven vast of wacht tot de bron weer antwoordt."
#   next_step_en: "Record the fact, or wait until its source answers again."
_side_not_known(actor, asked) := {category: refusal |
	some category in asked
	refusal := text.naming(rego.metadata.rule(), [actor.side_key])
} if {
	not side_known(actor)
}

_side_not_known(actor, _) := {} if side_known(actor)

# METADATA
# title: Police data that never pass the hub
# description: >-
#   Police data of articles 10 and 12.
# custom:
#   rule_id: G17_nooit_via_hub
#   citation: "Wpg 10, 12"
#   status: C
#   message_nl: "Deze politiegegevens gaan nooit via Schakel."
#   message_en: "These police data never go through the hub."
#   next_step_nl: "Gebruik de eigen weg van de politie voor deze gegevens."
#   next_step_en: "Use the police's own channel for these data."
withholds("G17", _, asked) := {category: refusal |
	refusal := text.because(rego.metadata.rule())
	some category in (asked & _set("never_through_hub"))
}

# METADATA
# title: Forwarding needs the owner and a named third party
# description: >-
#   Some categories are never forwarded.
# custom:
#   rule_id: G18_doorverstrekken
#   citation: "Wpg 7(2); Wjsg 39f; AVG 5(1)(b)"
#   status: S
#   message_nl: "Doorgeven mag alleen met akkoord van de eigenaar, aan een genoemde ontvanger, en sommige gegevens nooit."
#   message_en: "Forwarding needs the owner's agreement and a named recipient; some data are never forwarded."
#   next_step_nl: "Vraag de eigenaar om het zelf te sturen."
#   next_step_en: "Ask the owner to send it."
withholds("G18", actor, asked) := {category: refusal |
	refusal := text.because(rego.metadata.rule())
	some category in (asked - _forwardable(actor, asked))
}

_keeps(actor) if {
	actor.agency == data.schakel.category_sets.stays_with_owner.agency
	actor.owner == true
}

_one_side_only := _set("locates_victim") | _set("never_read_by_perpetrator")

_out_of_reach(actor) := _hidden_from_role(actor) | _hidden_from_side(actor)

_hidden_from_role(actor) := _set("locates_victim") if not _may_reach(actor)

_hidden_from_role(actor) := set() if _may_reach(actor)

_hidden_from_side(actor) := _set("never_read_by_perpetrator") if _on_perpetrator_side(actor)

_hidden_from_side(actor) := set() if not _on_perpetrator_side(actor)

_may_reach(actor) if {
	not _on_perpetrator_side(actor)
	data.schakel.roles[actor.role].perpetrator_side == false
}

_on_perpetrator_side(actor) if actor.side == "pleger"

# METADATA
# title: It was stated on whose side the actor stands
side_known(actor) if actor.side in {"slachtoffer", "pleger", "neutraal"}

_forwardable(actor, asked) := asked - _set("never_forwarded") if _agreed(actor)

_forwardable(actor, _) := set() if not _agreed(actor)

_agreed(actor) if {
	facts.is_true(actor.context, "eigenaar_akkoord")
	actor.third_party_named == true
}
