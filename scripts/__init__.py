"""Scripts for those who build Hudhud: `python scripts/NAME.py`."""
