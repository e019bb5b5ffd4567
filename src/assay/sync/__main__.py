"""`python -m assay.sync RUN_FOLDER`: the process that `init()` starts.

Most runs of a sweep, and every test, are short: beginning and ending this process are most of what they cost. So nothing is
collected while modules are imported, `typing_extensions` is kept from those that can do without, and it ends at once: what has
to be kept is on the disk by then, and freeing every object would take a fifth of its life."""

import gc
import logging
import os
import sys

gc.disable()
_is_kept_out = "typing_extensions" not in sys.modules
if _is_kept_out:
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]

from assay.sync.process import main  # noqa: E402

if _is_kept_out:
    del sys.modules["typing_extensions"]
gc.enable()

if __name__ == "__main__":
    code = main(sys.argv[1:])
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)
