"""Measuring the search on sets of queries whose right answers are known."""
