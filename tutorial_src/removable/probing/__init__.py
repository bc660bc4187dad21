"""Whether a user's own function is differentiated rightly at a point.

:func:`removable.probing.probe.probe` is the entry; ``from removable import probe`` imports it.
"""
