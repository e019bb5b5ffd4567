"""BlobStore in a folder of files."""

from assay.server.adapters.blobs_file.store import FileBlobStore

__all__ = ["FileBlobStore"]
