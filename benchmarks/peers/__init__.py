"""Tools that tell whether derivatives are right, on the cases that the probe is tested with."""
