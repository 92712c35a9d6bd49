"""Measuring the search on sets of queries whose right answers are known.

May import: core, storage, text, models, corpus, retrieval, generation, drafting,
indexer, searching, search_api.
"""
