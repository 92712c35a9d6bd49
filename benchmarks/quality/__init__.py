"""How well Hudhud answers: results as files."""
