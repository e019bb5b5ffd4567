"""What crosses a process boundary: names, limits, error codes, records, batches, message shapes. Imports nothing of ours."""
