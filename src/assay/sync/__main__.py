"""`python -m assay.sync RUN_FOLDER`: the process that `init()` starts."""

import sys

# httpx brings its own command line into every process that has the packages for it, which takes as long as all the rest.
sys.modules["httpx._main"] = None  # type: ignore[assignment]

from assay.sync.process import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
