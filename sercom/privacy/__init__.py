"""A person's own data: whose rows they are, taken away as a file, anonymised."""
