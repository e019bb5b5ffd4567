"""Append-only files of records: one per writing process, safe from the moment `append` returns. Nothing here opens a socket."""
