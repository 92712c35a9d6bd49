"""What threads of a server wait for: the interpreter's lock, the collector of cycles, threads that spin."""

import gc
import os
import sys
from collections.abc import MutableMapping

SWITCH = 0.001
"""Seconds after which a thread gives the interpreter's lock to another; Python's own are five times as many.

With as many searches at work as may be, `/healthz` waits for several of them in turn.
"""


_PRODUCTS = "OPENBLAS_NUM_THREADS"


def multiply_on_one_thread(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let numpy, once imported, multiply on the thread that asks, unless the environment says otherwise.

    Threads of OpenBLAS spin for a while behind each product, and the products of a search are small: a second
    core was kept busy throughout, and nothing was quicker.
    """
    environment.setdefault(_PRODUCTS, "1")


def take_short_turns() -> None:
    """Let threads wait less for each other."""
    sys.setswitchinterval(SWITCH)


def settle() -> None:
    """Collect what is in cycles now, and look no more at what is there then: it stays until an index changes.

    Each full collection looks at all objects, which takes more than a tenth of a second with the tables of
    words; meanwhile nobody is answered.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
