"""The change feed: what changed, in an order that readers can rely on."""
