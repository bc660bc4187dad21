"""What readers take away: scripts, notebooks, the package and all of it in one archive."""
