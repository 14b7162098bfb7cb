"""What agencies can ask of the hub, one verb per module.

Each goes the same way: load what is on record, ask the policy, judge (pure functions that return rows), hand the
change to the writer, answer. Both doors (HTTP and NATS) call the same functions through `desk`.
"""
