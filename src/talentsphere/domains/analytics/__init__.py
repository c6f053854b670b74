"""Figures of hiring: roll-ups that are kept with every step, funnels and dashboards that are read from them."""
