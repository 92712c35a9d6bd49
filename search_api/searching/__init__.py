"""The stages of a search.

May import: core, text, lexicon.
"""
