"""The HTTP API, and the live index behind it.

May import: core, storage, text, models, retrieval, generation, sharding, cluster, searching, search_api,
translating.
"""
