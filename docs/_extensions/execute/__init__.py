"""Run what the pages show, keep each result under a key, and trust it only if it is whole."""
