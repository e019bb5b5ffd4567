"""The way in for `make`: find a Python that is new enough, prepare `.venv`, and hand over to what was asked for.

This file is read by whatever `python3` a machine has, so it keeps to syntax that old versions parse; everything else is in
`environment.py` (what is installed) and in the tool of each command."""

import os
import subprocess
import sys

NEEDED = (3, 11)
CANDIDATES = ["python3.%d" % minor for minor in (13, 12, 11, 14, 15)]
CHECK = "import sys; sys.exit(sys.version_info < (%d, %d))" % NEEDED
AGAIN = "ASSAY_START_AGAIN"


def newer_python():
    """The name of a Python on PATH that is new enough, or None."""
    for name in CANDIDATES:
        try:
            with open(os.devnull, "w") as nothing:
                if subprocess.call([name, "-c", CHECK], stdout=nothing, stderr=nothing) == 0:
                    return name
        except OSError:
            continue
    return None


def main(arguments):
    if sys.version_info < NEEDED:
        name = None if os.environ.get(AGAIN) else newer_python()
        if name:
            os.environ[AGAIN] = "1"
            os.execvp(name, [name, os.path.abspath(__file__)] + arguments)
        sys.exit(
            "Assay needs Python %d.%d or newer and this is %d.%d: install one (for example python3.12 from your system's "
            "packages) and name it: make PYTHON=/path/to/python3.12" % (NEEDED + tuple(sys.version_info[:2]))
        )
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import environment

    environment.enter(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
