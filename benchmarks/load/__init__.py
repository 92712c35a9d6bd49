"""Load that a server must bear: for minutes on end, more than it can answer, and made to hurt it."""
