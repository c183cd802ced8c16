"""How well the bureau does: figures over closed and open cases, and the anonymised rows anybody can reckon them from."""
