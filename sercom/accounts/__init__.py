"""The clients' accounts: what is owed on a day, what was billed and paid, which days are closed."""
