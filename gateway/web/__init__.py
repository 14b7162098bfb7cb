"""What every HTTP face of Schakel shares: application, problems, headers, mutual TLS and access tokens.

The NL API Design Rules are met here once, so that a router only states resources. Routers live in
`gateway.hub.http`, `gateway.hub.identity` and `gateway.node.http`.
"""
