"""`python -m progsynth`: the command line."""

import sys

from progsynth.cli import main

if __name__ == "__main__":
    sys.exit(main())
