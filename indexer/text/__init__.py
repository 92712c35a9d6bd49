"""What is done to text: language, sentences, chunks, spelling.

May import: core, storage.
"""
