"""The server: domain, ports, compute, adapters, services, APIs, workers. `bootstrap` puts them together."""
