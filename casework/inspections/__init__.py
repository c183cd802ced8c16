"""Random inspections (双随机): who may be drawn, and the draw that anybody can recompute (docs/draws.md)."""
