"""`python -m assay.sync RUN_FOLDER`: the process that `init()` starts."""

import sys

from assay.sync.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
