"""Blobs in a bucket: S3 and what speaks it, Google Cloud Storage, Azure."""

from __future__ import annotations

from assay.server.adapters.blobs_object.bucket import Bucket, open_bucket, open_team_bucket
from assay.server.adapters.blobs_object.gate import Gate
from assay.server.adapters.blobs_object.store import ObjectBlobStore

__all__ = ["Bucket", "Gate", "ObjectBlobStore", "open_bucket", "open_team_bucket"]
