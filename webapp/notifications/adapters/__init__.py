"""Where messages leave the house: one small file for each way."""
