"""What lives as long as the process: modules and definitions, which no collection of garbage need look at again.

What belongs here: setting it aside, and taking it back at the end, for DuckDB's bindings tell of everything that is
not collected when the process ends.
"""

import atexit
import gc

atexit.register(gc.unfreeze)


def keep_for_good() -> None:
    """Set aside all that is there now."""
    gc.freeze()
