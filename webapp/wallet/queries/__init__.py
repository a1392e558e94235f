"""Reading the wallet."""
