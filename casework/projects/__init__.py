"""Construction projects under one code, and the visits officers pay to enterprises."""
