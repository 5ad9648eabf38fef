"""What leaves for the accountant's programs and what comes from other programs: exports, imports."""
