"""Signing in: passwords, second factors, passkeys, and how often one may try (ADR 11)."""
