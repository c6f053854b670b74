"""Searching the open postings by words, filters and facets."""
