"""What leaves the product: documents on paper. Pure: plain values in, text or bytes out."""
