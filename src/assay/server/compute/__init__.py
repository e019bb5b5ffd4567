"""Arrays in, arrays out: buckets, expressions. No I/O, no stores."""
