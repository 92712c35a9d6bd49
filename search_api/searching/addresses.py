"""Addresses of articles: they come from elsewhere, and only those of the web are passed on or opened."""

from urllib.parse import quote, urlsplit

LONGEST = 2048
"""Characters of an address."""

_KEPT = "%:/?#[]@!$&'()*+,;=~-._"
"""What stands in an address as it is (RFC 3986), besides letters and digits."""


def web_address(url: str | None) -> str | None:
    """`url` in ASCII, if it is an address of the web: http or https, with a host, and no space.

    Never `file:`, `javascript:`, or what a program could take for an option.
    """
    if not url or len(url) > LONGEST or " " in url or not url.isprintable():
        return None
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.netloc.isascii()
        return quote(url, safe=_KEPT) if is_web else None
    except ValueError:
        return None
