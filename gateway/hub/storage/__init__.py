"""What the hub remembers, and the only place that speaks SQL.

Reading (`reader`, and one module of queries per subject) is short and never changes anything; writing goes through
one `writer`, which commits many changes at once and the audit log with them. Nothing here decides: rows come from
judges in `gateway.hub.usecases`.
"""
