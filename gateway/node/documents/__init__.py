"""Documents of a node: their files, and PDFs that are made from the fields of a message."""
