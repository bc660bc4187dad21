"""``python -m removable``: commands for a terminal."""

from removable.probing.command import main

if __name__ == "__main__":
    raise SystemExit(main())
