"""HTTP: decode, call one service, encode. `perimeter` stands before everything, `auth` says who is calling."""
