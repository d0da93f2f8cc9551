"""Pages of one journey: see routes.py."""
