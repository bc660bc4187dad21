"""The extensions of this site, in a folder for each stage of its build.

README.md has the order of the stages.
"""
