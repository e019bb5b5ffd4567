"""Use cases, one module per noun: actor first, access next, one unit of work, events inside it, safe to repeat."""
