"""Whether a user's own function is differentiated rightly at a point."""
