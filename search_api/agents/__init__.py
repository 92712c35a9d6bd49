"""The search for agents that speak MCP, the Model Context Protocol: two tools, over stdio and HTTP.

May import: core, storage, generation, searching, search_api, serving.
"""
