"""Consent, the photo vault, pseudonyms."""
