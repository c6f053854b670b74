"""Mails: the outbox that requests write, and how it is sent."""
