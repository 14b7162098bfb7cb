# METADATA
# title: May a case be seen, searched or overseen, and may glass be broken?
# description: >-
#   Questions that are about no category of data. Which steps each question asks, in which order, stands in
#   `data/schakel/questions`. A case to which somebody has no access does not exist for him: the caller answers a
#   refusal here as it answers for an unknown case.
# schemas:
#   - input: schema.access_input
package schakel.access

import data.schakel.facts
import data.schakel.guards
import data.schakel.obligations
import data.schakel.question
import data.schakel.text

# METADATA
# title: The decision on access
# description: Refused until the rules below have shown otherwise.
# scope: document
# entrypoint: true
default decision := {
	"allowed": false,
	"rule": "G00_default",
	"reason": {"nl": "Er is geen regel die dit toestaat.", "en": "No rule allows this."},
	"article": "AVG 5(1)(b),(c)",
	"article_status": "S",
	"next_step": {"nl": "Vraag de eigenaar van de gegevens om ze zelf te sturen.", "en": "Ask the owner of the data to send them."},
	"obligations": [],
	"revision": "",
}

decision := object.union(_head, {
	"obligations": _duties,
	"revision": question.revision,
})

# METADATA
# title: Everything that refuses access, in order
refusals := array.concat(_problems, [refusal |
	some step in _question.steps
	some refusal in _step_refusals(step)
])

# METADATA
# title: The door may be opened
# description: >-
#   Every step of the question passes.
# custom:
#   rule_id: access
#   citation: "the question's article"
#   status: S
#   message_nl: "U mag dit openen of vragen."
#   message_en: "You may open or ask this."
#   next_step_nl: "U kunt verder; het wordt vastgelegd."
#   next_step_en: "You can go on; it is logged."
openable := text.on_article(text.because(rego.metadata.rule()), _question)

# METADATA
# title: The purpose allows emergency access
# description: >-
#   Screening and handhaving only.
# custom:
#   rule_id: A_doel
#   citation: "EVRM 2, 8; AVG 5(1)(b)"
#   status: D
#   message_nl: "Noodtoegang kan alleen voor screening of handhaving."
#   message_en: "Emergency access is only for screening and handhaving."
#   next_step_nl: "Kies screening of handhaving, of vraag de eigenaar met een bericht."
#   next_step_en: "Choose screening or handhaving, or ask the owner with a message."
refuses["A_doel"] := text.because(rego.metadata.rule()) if {
	not _purpose_allows("break_glass")
}

# METADATA
# title: The person is on duty
# description: >-
#   Emergency access is for the one who must act now.
# custom:
#   rule_id: A_dienst
#   citation: "AVG 5(1)(f), 32"
#   status: D
#   message_nl: "Noodtoegang kan alleen tijdens uw dienst."
#   message_en: "Emergency access is only for a person on duty."
#   next_step_nl: "Laat de collega die dienst heeft dit doen."
#   next_step_en: "Let the colleague on duty do this."
refuses["A_dienst"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "dienst")

# METADATA
# title: A reason was written down
# description: >-
#   It is read within a day by somebody else.
# custom:
#   rule_id: A_reden
#   citation: "AVG 5(2)"
#   status: D
#   message_nl: "Er is geen reden voor noodtoegang opgeschreven."
#   message_en: "No reason for emergency access was written down."
#   next_step_nl: "Schrijf de reden op."
#   next_step_en: "Write down the reason."
refuses["A_reden"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "reden_vermeld")

# METADATA
# title: The agency already holds a copy
# description: >-
#   What was never sealed to the agency is asked of the owner, urgently.
# custom:
#   rule_id: A_kopie
#   citation: "AVG 5(1)(b),(f)"
#   status: D
#   message_nl: "Uw organisatie heeft geen kopie in deze zaak."
#   message_en: "Your organisation holds no copy in this case."
#   next_step_nl: "Vraag het de eigenaar met een spoedbericht."
#   next_step_en: "Ask the owner with an urgent message."
refuses["A_kopie"] := text.because(rego.metadata.rule()) if {
	not facts.is_true(_context, "kopie_bij_organisatie")
}

# METADATA
# title: The purpose allows a search
# description: >-
#   At the door, at an arrest, or when a case is opened.
# custom:
#   rule_id: A_zoekdoel
#   citation: "AVG 5(1)(b),(c)"
#   status: D
#   message_nl: "Zoeken of een zaak bestaat mag niet voor dit doel."
#   message_en: "Finding out whether a case exists is not allowed for this purpose."
#   next_step_nl: "Kies een doel dat zoeken toestaat."
#   next_step_en: "Choose a purpose that allows it."
refuses["A_zoekdoel"] := text.because(rego.metadata.rule()) if {
	not _purpose_allows("search")
}

# METADATA
# title: The purpose is oversight
# description: >-
#   Metadata only.
# custom:
#   rule_id: A_toezicht
#   citation: "AVG 5(1)(b), 30, 39"
#   status: D
#   message_nl: "Dit is alleen voor toezicht."
#   message_en: "This is for oversight only."
#   next_step_nl: "Meld u aan met een rol voor toezicht en het doel toezicht."
#   next_step_en: "Sign in with an oversight role and the purpose toezicht."
refuses["A_toezicht"] := text.because(rego.metadata.rule()) if {
	not _purpose_allows("oversight")
}

# METADATA
# title: The role may change what a case is
# description: >-
#   Linking, merging and handing over are for those who answer for the case.
# custom:
#   rule_id: A_zaakrol
#   citation: "AVG 5(2)"
#   status: D
#   message_nl: "Uw rol mag zaken niet koppelen, samenvoegen of overdragen."
#   message_en: "Your role may not link, merge or hand over cases."
#   next_step_nl: "Vraag het aan wie voor de zaak verantwoordelijk is."
#   next_step_en: "Ask whoever answers for the case."
refuses["A_zaakrol"] := text.because(rego.metadata.rule()) if not _role_may_change

# METADATA
# title: The state of the case allows the change
# description: >-
#   While a ban is in force its case stays where it is: the ban belongs to a dwelling, and its clocks run.
# custom:
#   rule_id: A_zaakfase
#   citation: "Wth 2(1), 9(1)"
#   status: D
#   message_nl: "Dit kan niet in deze fase van de zaak."
#   message_en: "This is not possible in this state of the case."
#   next_step_nl: "Wacht tot het huisverbod is geeindigd, of zet de zaak met het huisverbod voort."
#   next_step_en: "Wait until the ban has ended, or continue the case with the ban."
refuses["A_zaakfase"] := text.because(rego.metadata.rule()) if {
	not _state_allows_change
}

_role_may_change if input.subject.role in _question.roles

_state_allows_change if input.resource.case_state in _question.states

_purpose_allows(what) if data.schakel.purposes[input.purpose][what] == true

_step_refusals(step) := [refuses[step]]

_step_refusals(step) := [guards.refuses(step, _actor)]

_head := object.union(refusals[0], {"allowed": false})

_head := object.union(openable, {"allowed": true}) if count(refusals) == 0

default _duties := []

_duties := array.concat(obligations.named(_question.obligations), _review) if count(refusals) == 0

default _review := []

_review := obligations.named(["O_TOETSING_ACHTERAF"]) if guards.in_emergency(_actor)

_problems := array.concat(question.problems(input, _readable), facts.problems(_context, _needed))

default _readable := false

_readable if {
	question.asker_readable(input)
	_question
}

default _context := {}

_context := input.context if is_object(input.context)

_question := data.schakel.questions[input.question]

_needed := {key | some key in _question.facts}

_actor := {
	"agency": input.subject.agency,
	"role": input.subject.role,
	"purpose": object.get(input, "purpose", null),
	"state": object.get(input.resource, "case_state", null),
	"context": _context,
}
