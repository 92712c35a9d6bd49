"""Vectors on disk: nearest neighbours, and the cache.

May import: core, storage.
"""
