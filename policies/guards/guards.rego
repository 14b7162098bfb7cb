# METADATA
# title: Guards
# description: >-
#   The steps that refuse before the matrix is asked, one rule each. `refuses` judges an actor (sender, reader, recipient
#   or third party), `refuses_category` an actor and a category. A guard refuses unless what it asks for is shown to
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
# title: The refusals of an actor for one category
of_category(steps, actor, category) := {position: refusal |
	some step, position in steps
	refusal := refuses_category(step, actor, category)
}
