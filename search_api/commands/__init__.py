"""The `hudhud` command.

May import: core, storage, text, models, corpus, indexer, commands, searching, search_api,
translating, serving, web, agents, evaluation.
"""
