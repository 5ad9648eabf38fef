"""Reports over HTTP: every figure leads to rows that add up to it; files; periods; who may."""
