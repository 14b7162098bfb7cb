"""The audit log that anyone can check: leaves, Merkle tree, signed checkpoints, witnesses, export and offline
verifier.

Pure functions and values; storage, locks and clocks belong to the hub. Imports neither gateway nor adapters,
so that an auditor can run this package alone (it needs only `cryptography`). Every byte format is in
FORMAT.md beside this file.
"""
