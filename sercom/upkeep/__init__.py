"""Keeping the product alive: is it well, is it saved."""
