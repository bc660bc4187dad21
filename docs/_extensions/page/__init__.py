"""Each page between its document tree and its file: head, text version, corrections, policy."""
