"""What the report pages are made of: the question asked, one module for each report, and the table they share."""
