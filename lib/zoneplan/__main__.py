"""``python -m zoneplan``: the same as the command ``zoneplan``."""

import sys

from zoneplan.cli import main

if __name__ == "__main__":
    sys.exit(main())
