"""Candidates for a query out of what any engine answers: vectors, postings, columns.

May import: core.
"""
