"""The page: search in a browser, with or without JavaScript, over what the API answers with.

May import: core, storage, text, searching, search_api, serving.
"""
