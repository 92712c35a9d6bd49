"""Measurements of Hudhud beside its peers. They import the product, never the reverse."""
