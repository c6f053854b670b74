"""Employers, their public pages and their departments."""
