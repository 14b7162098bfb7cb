"""The only door from the hub to OPA: questions in, verdicts out, and the bundle that OPA decides with.

Nothing here decides who may see what; that is in `policies/`. Everything here refuses when OPA does not give
a whole, known and current answer.
"""
