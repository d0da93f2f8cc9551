"""Draws the demo shop and looks."""
