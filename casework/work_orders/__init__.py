"""Orders to contractors (cleaning, lamps, shared bikes): what is to be done where, never who complained."""
