"""Draft translations of passages into English, by models that the user has on this machine.

May import: core.
"""
