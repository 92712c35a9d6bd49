"""The nouns, the errors and the settings.

May import: nothing of Hudhud.
"""
