"""Run what the pages show, unless a whole result is there under its key."""
