"""`python -m search_api` is `hudhud`."""

from search_api.cli import main

main()
