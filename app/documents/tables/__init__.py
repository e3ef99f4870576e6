"""Import of tables from CSV files and the clipboard."""
