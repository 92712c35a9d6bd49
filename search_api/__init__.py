"""A query in any language in, ranked passages out.

The way, as `search.Searcher.search` walks it:

query         what was asked             text and language, filters, limit, grouping
search        query → hits               vector, candidates of the index, the best of each article
opening, live folder → what answers      the live generation, and the next one when it comes
agents        the same for programs      tools over MCP
schemas       hits → response            what the HTTP API and `hudhud search --json` give
app, cli      the edges                  HTTP routes; the one `hudhud` command
"""
