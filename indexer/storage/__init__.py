"""Files and folders: arrays, manifests, locks, the layout of an index.

May import: core.
"""
