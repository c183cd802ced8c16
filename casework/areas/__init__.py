"""The bureau's own polygons: districts, streets, grids, and which of them a point lies in."""
