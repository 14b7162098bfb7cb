# METADATA
# title: Guards
# description: >-
#   The steps that refuse before the matrix is asked, one rule each. `refuses` judges an actor (sender, reader, recipient
#   or third party), `withholds` the categories that
#   this actor does not get. A guard refuses unless what it asks for is shown to
#   hold, so that a missing fact refuses. The order of the steps stands in `data/schakel/steps`, not here.
package schakel.guards

# METADATA
# title: The first refusals of an actor
# description: By position in the order of steps, so that they can be merged with those of a category.
of_actor(steps, actor) := {position: refusal |
	some step, position in steps
	refusal := refuses(step, actor)
}

# METADATA
# title: What the steps withhold from an actor
# description: >-
#   By category the refusal of the first step that refuses, those of `found` (by position) counted with them.
withheld(steps, actor, asked, found) := {category: refusal |
	by_step := {position: categories |
		some step, position in steps
		categories := withholds(step, actor, asked)
	}
	some category in _touched(by_step, asked, found)
	refusals := object.union(found, {position: refusal |
		some position, categories in by_step
		refusal := categories[category]
	})
	refusal := refusals[min(object.keys(refusals))]
}

# Most actors are refused nothing, so most categories need no look.
_touched(_, asked, found) := asked if count(found) > 0

_touched(by_step, _, found) := {category |
	some categories in by_step
	some category in object.keys(categories)
} if {
	count(found) == 0
}

_set(name) := {category | some category in data.schakel.category_sets[name].categories}
