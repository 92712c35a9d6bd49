"""Generations in a store that many machines see: pushed there by the one that indexes, pulled by the others.

May import: core, storage, generation.
"""
