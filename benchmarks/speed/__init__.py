"""How fast Hudhud is: its encoder, and the whole job beside txtai's."""
