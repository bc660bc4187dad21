"""What readers take away: scripts, notebooks, the package, the archive."""
