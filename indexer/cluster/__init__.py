"""Processes on a Ray cluster: those of shards, and those that encode.

May import: core, models, generation, sharding.
"""
