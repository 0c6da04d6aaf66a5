"""Whose network an address of the Internet belongs to: what is counted by address is counted by that."""

from __future__ import annotations

import ipaddress

_OF_ONE_HOUSEHOLD = 64
"""Bits of an IPv6 address that are given to one household or office, which makes up the others itself (RFC 6177)."""


def network_of(address: str) -> str:
    """What stands for `address` where it is counted how often somebody asks: of IPv6 the network, else itself.

    Whoever has an IPv6 network has 2^64 addresses in it, and would never have to wait.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # no address at all, such as that of a socket
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _OF_ONE_HOUSEHOLD), strict=False))
