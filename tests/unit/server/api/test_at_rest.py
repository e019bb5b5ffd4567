"""What a server has loaded once it is ready, which it then carries for as long as it runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

READY = """
import json, sys
from pathlib import Path
from assay.server.api.app import build
from assay.server.api.static import StaticFiles
from assay.server.bootstrap import STATIC, open_catalog
from assay.server.data_folder import DataFolder
import uvicorn, uvloop

folder, unwanted = DataFolder(Path(sys.argv[1])), json.loads(sys.argv[2])
for _ in range(2):  # a new folder, then one that is there
    with open_catalog(folder) as catalog:
        catalog.accounts.first_admin("ada")
        build(catalog, frozenset(), StaticFiles(STATIC))
print(json.dumps([name for name in unwanted if name in sys.modules]))
"""
# Each is loaded by the first request, upgrade or setting that needs it.
UNWANTED = (
    "PIL", "alembic", "cryptography", "httpx", "lark", "numpy.ma", "obstore", "pyarrow", "re2", "scipy", "sklearn",
    "sqlalchemy.dialects.postgresql", "sqlalchemy.orm",
)  # fmt: skip


def test_a_server_that_is_ready_has_loaded_only_what_every_server_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", READY, str(tmp_path / "data"), json.dumps(UNWANTED)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_command_says_how_many_threads_numpy_may_have_before_numpy_is_loaded() -> None:
    code = "import sys, assay.__main__, assay.cli.server; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
