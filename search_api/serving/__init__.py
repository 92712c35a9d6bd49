"""The HTTP API, and the live index behind it.

May import: core, storage, text, models, retrieval, generation, searching, search_api.
"""
