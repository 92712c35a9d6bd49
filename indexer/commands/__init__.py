"""The commands that write and look after an index.

May import: core, storage, text, models, corpus, generation, drafting, cluster, objects, upkeep, indexer.
"""
