"""What makes all threads of a server wait for one: the interpreter's lock, and the collector of cycles."""

import gc
import sys

SWITCH = 0.001
"""Seconds after which a thread gives the interpreter's lock to another; Python's own are five times as many.

With as many searches at work as may be, `/healthz` waits for several of them in turn.
"""


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
