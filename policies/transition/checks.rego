# The checks of the transitions, one rule each. Which transition asks which checks, in which order, stands in
# `data/schakel/transitions`; the numbers stand in `data/schakel/limits`.

package schakel.transition

import data.schakel.facts
import data.schakel.text

# METADATA
# title: The person to be banned is an adult
# description: >-
#   The age itself stays sealed: the fact that the person is of age will do.
# custom:
#   rule_id: T_minderjarig
#   citation: "Wth 2(2)"
#   status: N
#   message_nl: "Een huisverbod kan alleen aan een meerderjarige."
#   message_en: "Only an adult can be banned."
#   next_step_nl: "Doe een zorgmelding bij Veilig Thuis."
#   next_step_en: "Send a concern report to Veilig Thuis."
fails["T_minderjarig"] := text.because(rego.metadata.rule()) if not _adult

# METADATA
# title: A mandate is on file
# description: >-
#   For the HOvJ; the burgemeester needs none.
# custom:
#   rule_id: T_geen_mandaat
#   citation: "Wth 3(1); Awb 10:3"
#   status: C
#   message_nl: "Er is geen mandaat vastgelegd."
#   message_en: "No mandate is on file."
#   next_step_nl: "Leg het mandaat vast of laat de burgemeester beslissen."
#   next_step_en: "Put the mandate on file or let the burgemeester decide."
fails["T_geen_mandaat"] := text.because(rego.metadata.rule()) if not _mandated

# METADATA
# title: The burgemeester decided before the HOvJ signs
# description: >-
#   For a mandate to sign.
# custom:
#   rule_id: T_ondertekeningsmandaat
#   citation: "Wth 3(1); Awb 10:9"
#   status: C
#   message_nl: "De burgemeester heeft nog niet beslist."
#   message_en: "The burgemeester has not decided yet."
#   next_step_nl: "Vraag de burgemeester om te beslissen."
#   next_step_en: "Ask the burgemeester to decide."
fails["T_ondertekeningsmandaat"] := text.because(rego.metadata.rule()) if not _decided_by_mayor

# METADATA
# title: VT was consulted
# description: >-
#   When child abuse is a ground.
# custom:
#   rule_id: T_vt_overleg
#   citation: "Wth 2(3)"
#   status: N
#   message_nl: "Bij kindermishandeling moet eerst met Veilig Thuis zijn overlegd."
#   message_en: "In child abuse VT must be consulted first."
#   next_step_nl: "Overleg eerst met Veilig Thuis."
#   next_step_en: "Consult Veilig Thuis first."
fails["T_vt_overleg"] := text.because(rego.metadata.rule()) if not _consulted

# METADATA
# title: The ban lasts as long as the law says
# description: >-
#   Not shorter, not longer. A region whose pilot has another term counts by it, in a simulation only.
# custom:
#   rule_id: T_termijn
#   citation: "Wth 2(1)"
#   status: N
#   message_nl: "Het huisverbod duurt precies tien dagen."
#   message_en: "The ban lasts exactly ten days."
#   next_step_nl: "Stel de termijn op de wettelijke duur."
#   next_step_en: "Set the term to the statutory length."
fails["T_termijn"] := text.because(rego.metadata.rule()) if not _statutory_term

# METADATA
# title: Together not longer than the law allows
# description: >-
#   Counted from imposing.
# custom:
#   rule_id: T_max_28
#   citation: "Wth 9(1)"
#   status: C
#   message_nl: "Het huisverbod duurt samen hoogstens 28 dagen."
#   message_en: "The ban lasts at most 28 days in total."
#   next_step_nl: "Kies een kortere verlenging."
#   next_step_en: "Choose a shorter extension."
fails["T_max_28"] := text.because(rego.metadata.rule()) if not _within_maximum

# METADATA
# title: Not extended before
# description: >-
#   A ban is extended once.
# custom:
#   rule_id: T_eenmalig
#   citation: "Wth 9(1)"
#   status: C
#   message_nl: "Verlengen kan maar een keer."
#   message_en: "A ban is extended once."
#   next_step_nl: "Leg alleen bij nieuwe feiten een nieuw huisverbod op."
#   next_step_en: "Impose a new ban only on new facts."
fails["T_eenmalig"] := text.because(rego.metadata.rule()) if not facts.is_false(_context, "al_verlengd")

# METADATA
# title: The HOvJ is on duty
# description: >-
#   Only the HOvJ on duty starts a screening.
# custom:
#   rule_id: T_dienst
#   citation: "Handreiking h.2"
#   status: S
#   message_nl: "Alleen de dienstdoende hulpofficier start de screening."
#   message_en: "Only the assistant prosecutor on duty starts the screening."
#   next_step_nl: "Laat de dienstdoende hulpofficier de screening starten."
#   next_step_en: "Let the assistant prosecutor on duty start the screening."
fails["T_dienst"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "dienst")

# METADATA
# title: The request is complete
# description: >-
#   Before the weegteam starts.
# custom:
#   rule_id: T_verzoek_onvolledig
#   citation: "Handreiking h.2"
#   status: S
#   message_nl: "Het verzoek is niet volledig."
#   message_en: "The request is not complete."
#   next_step_nl: "Vul het verzoek aan."
#   next_step_en: "Complete the request."
fails["T_verzoek_onvolledig"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "verzoek_volledig")

# METADATA
# title: The urgency is argued
# description: >-
#   When the weegteam is skipped.
# custom:
#   rule_id: T_spoed_motivering
#   citation: "Handreiking h.2"
#   status: S
#   message_nl: "Zonder weegteam moet de spoed zijn gemotiveerd."
#   message_en: "Without the weegteam the urgency must be argued."
#   next_step_nl: "Schrijf op waarom niet op het weegteam gewacht kan worden."
#   next_step_en: "Write down why the weegteam cannot be awaited."
fails["T_spoed_motivering"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "spoed_gemotiveerd")

# METADATA
# title: The HOvJ signed the RiHG
# description: >-
#   Others may help to fill it in.
# custom:
#   rule_id: T_rihg_ondertekend
#   citation: "Handreiking h.3"
#   status: S
#   message_nl: "De hulpofficier heeft het RiHG nog niet ondertekend."
#   message_en: "The HOvJ has not signed the RiHG yet."
#   next_step_nl: "Laat de hulpofficier het RiHG zelf ondertekenen."
#   next_step_en: "Have the HOvJ sign the RiHG himself."
fails["T_rihg_ondertekend"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "rihg_ondertekend")

# METADATA
# title: The ruling is on file
# description: >-
#   Before its effect is recorded.
# custom:
#   rule_id: T_uitspraak
#   citation: "Wth 6, 8"
#   status: C
#   message_nl: "De uitspraak is nog niet vastgelegd."
#   message_en: "The ruling is not on file yet."
#   next_step_nl: "Leg eerst de uitspraak vast."
#   next_step_en: "Put the ruling on file first."
fails["T_uitspraak"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "uitspraak_geregistreerd")

# METADATA
# title: Present safety was assessed
# description: >-
#   Before rounding off.
# custom:
#   rule_id: T_veiligheid_beoordeeld
#   citation: "Handreiking h.9"
#   status: S
#   message_nl: "De veiligheid is nog niet beoordeeld."
#   message_en: "Safety was not assessed yet."
#   next_step_nl: "Beoordeel eerst de actuele veiligheid."
#   next_step_en: "Assess the present safety first."
fails["T_veiligheid_beoordeeld"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "veiligheid_beoordeeld")

# METADATA
# title: No open breach and no household still to be told
# description: >-
#   Before a case is closed.
# custom:
#   rule_id: T_open_taak
#   citation: "Wth 10(2), 11"
#   status: C
#   message_nl: "Er is nog een overtreding in behandeling of een achterblijver niet geinformeerd."
#   message_en: "A breach is still being handled, or the household was not told of a release."
#   next_step_nl: "Rond eerst de open taken af."
#   next_step_en: "Finish the open tasks first."
fails["T_open_taak"] := text.because(rego.metadata.rule()) if not _nothing_open

# METADATA
# title: There are ernstige bezwaren
# description: >-
#   For a conduct order.
# custom:
#   rule_id: T_ernstige_bezwaren
#   citation: "Sv 509hh(1)"
#   status: C
#   message_nl: "Er zijn geen ernstige bezwaren."
#   message_en: "There are no ernstige bezwaren."
#   next_step_nl: "Leg vast welke ernstige bezwaren er zijn."
#   next_step_en: "Record which ernstige bezwaren there are."
fails["T_ernstige_bezwaren"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "ernstige_bezwaren")

# METADATA
# title: A conduct order is not too long
# description: >-
#   Counted in days.
# custom:
#   rule_id: T_90_dagen
#   citation: "Sv 509hh(4)"
#   status: C
#   message_nl: "Een gedragsaanwijzing duurt hoogstens 90 dagen."
#   message_en: "A conduct order lasts at most 90 days."
#   next_step_nl: "Kies een kortere duur."
#   next_step_en: "Choose a shorter period."
fails["T_90_dagen"] := text.because(rego.metadata.rule()) if not _order_short_enough

# METADATA
# title: The conduct order may be extended
# description: >-
#   At most three times, and only when prosecution was started.
# custom:
#   rule_id: T_verlenging_509hh
#   citation: "Sv 509hh(4)"
#   status: C
#   message_nl: "Verlengen kan driemaal, en alleen als vervolging is ingesteld."
#   message_en: "Three extensions, and only when prosecution was started."
#   next_step_nl: "Stel eerst vervolging in; na drie verlengingen kan het niet meer."
#   next_step_en: "Start a prosecution first; after three extensions it is over."
fails["T_verlenging_509hh"] := text.because(rego.metadata.rule()) if not _extendable

# METADATA
# title: The persons concerned were heard, or the reason why not is recorded
# description: >-
#   When a ban is imposed.
# custom:
#   rule_id: T_horen
#   citation: "Awb 4:8, 4:11"
#   status: C
#   message_nl: "Betrokkenen zijn niet gehoord."
#   message_en: "The persons concerned were not heard."
#   next_step_nl: "Hoor de betrokkenen; bij opleggen kan ook de reden van afzien worden vastgelegd."
#   next_step_en: "Hear the persons concerned; for imposing, the reason for not hearing may be recorded instead."
fails["T_horen"] := text.because(rego.metadata.rule()) if {
	not facts.is_true(_context, "gehoord")
	not _hearing_waived
}

# METADATA
# title: The persons concerned were heard again
# description: >-
#   When a ban is extended; a reason never replaces hearing.
# custom:
#   rule_id: T_horen
#   citation: "Awb 4:8, 4:11"
#   status: C
#   message_nl: "Betrokkenen zijn niet gehoord."
#   message_en: "The persons concerned were not heard."
#   next_step_nl: "Hoor de betrokkenen; bij opleggen kan ook de reden van afzien worden vastgelegd."
#   next_step_en: "Hear the persons concerned; for imposing, the reason for not hearing may be recorded instead."
fails["T_horen_verlengen"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "gehoord")

# METADATA
# title: There is a criminal case
# description: >-
#   A conduct order needs a suspect.
# custom:
#   rule_id: G11_geen_strafzaak
#   citation: "Wpg 16(1)(b); Sv 162, 509hh; Reclasseringsregeling 8(1)"
#   status: C
#   message_nl: "Er loopt geen strafzaak."
#   message_en: "There is no running criminal case."
#   next_step_nl: "Wacht tot er een strafzaak loopt en die is vastgelegd."
#   next_step_en: "Wait until there is a criminal case on record."
fails["G11_strafzaak"] := text.because(rego.metadata.rule()) if not facts.is_true(_context, "strafzaak")

_adult if {
	_context.pleger_leeftijd >= data.schakel.limits.meerderjarig_vanaf.value
	not facts.is_false(_context, "pleger_meerderjarig")
}

_adult if {
	facts.is_true(_context, "pleger_meerderjarig")
	not _age_known
}

_age_known if "pleger_leeftijd" in object.keys(_context)

_mandated if not _acts_on_mandate

_mandated if _context.mandaat in {"beslissing", "ondertekening"}

_decided_by_mayor if not _acts_on_mandate

_decided_by_mayor if _context.mandaat == "beslissing"

_decided_by_mayor if facts.is_true(_context, "burgemeester_akkoord")

# Everybody but the burgemeester who may impose does so on a mandate.
_acts_on_mandate if data.schakel.roles[input.subject.role].acts_on_mandate == true

_consulted if facts.is_false(_context, "kindermishandeling")

_consulted if facts.is_true(_context, "vt_geraadpleegd")

_statutory_term if _context.termijn_dagen == _term

_within_maximum if _context.totaal_dagen <= data.schakel.limits.maximum_dagen.value

_order_short_enough if _context.dagen <= data.schakel.limits.gedragsaanwijzing_dagen.value

_term := data.schakel.limits.termijn_dagen.value if not _term_pilot

_term := data.schakel.limits.termijn_dagen_proef.value if _term_pilot

_term_pilot if {
	data.schakel.pilot.simulation == true
	facts.is_true(_context, data.schakel.pilot.flags.eerste_termijn_dagen.context)
}

_hearing_waived if {
	is_string(_context.horen_afgezien_reden)
	trim_space(_context.horen_afgezien_reden) != ""
}

_nothing_open if {
	facts.is_false(_context, "overtreding_open")
	facts.is_false(_context, "vrijlating_taak_open")
}

_extendable if _context.verlenging_nr == 0

_extendable if {
	_context.verlenging_nr >= 1
	_context.verlenging_nr <= data.schakel.limits.gedragsaanwijzing_verlengingen.value
	facts.is_true(_context, "vervolging_ingesteld")
}
