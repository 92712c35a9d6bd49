"""What the benchmark of growth is made of: archives of any size, their vectors, and what is measured."""
