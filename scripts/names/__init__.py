"""How `scripts/make_names.py` reads names out of CLDR, GeoNames and a list of persons, and spells them."""
