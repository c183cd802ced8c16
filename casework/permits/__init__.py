"""Permits and filings: kinds as data, applications against the clock, permits in force."""
