"""FAISS, told to let its threads sleep where they wait for each other.

By default they spin, and on a machine that others use as well they take the time that the slowest of them
needs: training a quantiser took 21 seconds there instead of 3. It counts from when FAISS is loaded.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import faiss

__all__ = ["faiss"]
