"""Embedding models and the engines that run them.

May import: core, storage.
"""
