"""Pretend agencies: invented staff, an identity provider and a mailbox for each.

For development and tests, never for real data.
"""
