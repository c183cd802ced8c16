"""Asking people, after their case was closed, whether it really was solved."""
