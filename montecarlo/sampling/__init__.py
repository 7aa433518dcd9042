"""Rare events: unbiased weights from laws under which they are not rare, and what such weights are worth."""
