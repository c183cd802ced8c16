"""Signs on the street: one code for each, who answers for it, and whether it is safe."""
