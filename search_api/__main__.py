"""`python -m search_api` is `hudhud`."""

from search_api.commands.cli import main

main()
