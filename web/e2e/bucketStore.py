"""A store that speaks S3, for as long as standard input is open; says where it answers and what its bucket is called."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.infra import object_stores

with tempfile.TemporaryDirectory() as folder, object_stores.seaweed(Path(folder)) as store:
    keys = {"id": object_stores.KEY_ID, "secret": object_stores.SECRET}
    sys.stdout.write(json.dumps({"endpoint": store.endpoint, "bucket": store.bucket, **keys}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
