"""Invented cases from a seed: who is in them, what the agencies write, and how a case goes."""
