"""Where a request comes from, as limits count it."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

#: Whoever has an IPv6 address has as many as they like: a customer is given at least this network.
NETWORK = 64


def client_address() -> str:
    """The client's IPv4 address, or its IPv6 network."""
    text = request.remote_addr or "127.0.0.1"
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if not isinstance(address, IPv6Address):
        return text
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), NETWORK), strict=False))
