"""numpy, held to one thread: none may exist before the fork, and a row of numbers is no work for two."""

import os

os.putenv("OPENBLAS_NUM_THREADS", "1")  # the library looks when it is first loaded, below

import numpy as np

__all__ = ["np"]
