# METADATA
# title: What the tests of the policy share
# description: >-
#   Actors and questions for which everything is in order, so that a test names only what it changes, and a table
#   runner that gives the mismatches. Not part of the running policy.
package schakel.testing

# METADATA
# title: Facts under which no guard refuses
facts := {
	"bewaartermijn_verlopen": false,
	"break_glass": false,
	"dienst": false,
	"doel_verklaard": true,
	"functiescheiding_conflict": false,
	"gebied_bevoegd": true,
	"gedragsaanwijzing_actief": false,
	"gemeentelijke_opdracht": false,
	"kant": "neutraal",
	"maanden_na_einde": 0,
	"melding": true,
	"minderjarigen": true,
	"overtreding_open": false,
	"persoon_in_zaak": true,
	"strafzaak": true,
	"toegewezen": true,
	"uitvraag_open": false,
}

# METADATA
# title: Facts under which a recipient can be judged
recipient_facts := {
	"gedragsaanwijzing_actief": false,
	"gemeentelijke_opdracht": false,
	"melding": true,
	"minderjarigen": true,
	"ontvanger_kant": "neutraal",
	"overtreding_open": false,
	"strafzaak": true,
	"uitvraag_open": false,
}

# METADATA
# title: Who asks and of which revision
asked := {
	"now": "2026-11-24T12:00:00.000Z",
	"revision": data.schakel.manifest.revision,
}

# METADATA
# title: A document with some keys replaced
# description: >-
#   The text (weg) removes a key. object.union would merge a context with the one that it is to replace.
changed(document, changes) := {key: value |
	some key in (object.keys(document) | object.keys(changes))
	value := object.get(changes, key, object.get(document, key, null))
	value != "(weg)"
}
