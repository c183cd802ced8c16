"""Files that people send: sealed originals, and re-encoded copies without metadata."""
