"""The project's own rules that no general linter knows. Run by `make check`, tested in tests/unit."""
