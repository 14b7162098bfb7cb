"""What node and hub say to each other: every signed or sealed object, every subject, and the JSON of both doors.

Decides formats and verifies them. Leaves to the hub who may do what, and to the node what is shown to whom.
Signed objects have snake_case Dutch members; bodies of the two doors have camelCase Dutch members.

Evolution: every signed object carries `versie`. A reader refuses a version it does not know. Members are never
renamed or given another meaning within a version; a new member is a new version, and readers keep the old one
until no stored object carries it.
"""
