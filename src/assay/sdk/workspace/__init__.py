"""Workspaces as objects: made, loaded, edited and saved from Python."""
