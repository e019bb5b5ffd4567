"""What may be logged, one module per kind."""
