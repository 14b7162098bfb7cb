"""The language of Schakel: values and rules of the field, standard library only.

Nothing here does input or output, asks the time or knows HTTP, NATS, OPA or a database. Who may see what is
decided by the policy (`policies/`); the domain says what the words mean.
"""
