"""`/api/v1`: one module per noun. A handler decodes, calls one service and encodes."""
