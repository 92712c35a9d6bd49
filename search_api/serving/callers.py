"""Who asks, and under which name the server is asked: what is believed of what proxies and browsers say."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field

from indexer.core.errors import InvalidSetting

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOCAL = ("localhost",)
"""Names that no other machine can take, besides addresses."""

FORWARDED = (b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"forwarded", b"via")
"""Headers of which each says that a request came through a proxy."""

_PREFIX_V6 = 64
"""Of an IPv6 address, what one customer of a network has."""


@dataclass(frozen=True, slots=True)
class Callers:
    """Which names a server answers to, and which proxies it believes.

    Attributes:
        hosts: names in `Host`, besides `localhost` and addresses: DNS rebinding needs a name of the
            attacker's, so those are safe. `*` takes all; `.example.org` all below it.
        proxies: addresses and networks whose `X-Forwarded-For` counts.
    """

    hosts: frozenset[str] = frozenset()
    proxies: tuple[Network, ...] = field(default=())

    @classmethod
    def of(cls, hosts: Iterable[str], proxies: Iterable[str]) -> "Callers":
        """Read both from settings.

        Raises:
            InvalidSetting: a proxy is no address and no network.
        """
        return cls(frozenset(host.lower() for host in hosts), tuple(map(_network, proxies)))

    def answers_to(self, host: str) -> bool:
        """Whether a request with this `Host` is answered."""
        name = _without_port(host.strip().lower())
        if "*" in self.hosts or name in self.hosts or name in LOCAL or _address(name.strip("[]")):
            return True
        return any(allowed.startswith(".") and name.endswith(allowed) for allowed in self.hosts)

    def address(self, peer: str, forwarded: str) -> str:
        """Whose request it is: of the peer, or of whom trusted proxies say, told so that limits hold.

        Args:
            peer: the other end of the connection.
            forwarded: the values of `X-Forwarded-For`, with commas between.
        """
        found = _address(peer)
        for stated in reversed(forwarded.split(",")):
            if found is None or not any(found in network for network in self.proxies):
                break
            found = _address(stated.strip().strip("[]")) or found
        if found is None:
            return peer
        return (
            str(ipaddress.ip_network((found, _PREFIX_V6), strict=False)) if found.version == 6 else str(found)
        )


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine reach a server that listens at this address."""
    found = _address(host)
    return found.is_loopback if found else host == "localhost"


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdecimal() or not port) and not name.endswith(":") else host


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else found


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise InvalidSetting(
            f"{text!r} is no address of a proxy: use one as 10.0.0.7 or 10.0.0.0/8"
        ) from None
