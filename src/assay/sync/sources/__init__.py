"""Where system metrics come from: one module per source. Each is small, cheap to ask, and absent where it cannot work."""
