"""Loops that call services on a clock."""
