"""Request and response shapes of `/api/v1`, one module per noun. Server, clients and OpenAPI read the same definitions."""
