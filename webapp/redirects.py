"""Where a form may send a visitor afterwards: to a page of this shop, never elsewhere."""

import re

# One slash, then no second one, no backslash, and no control character (browsers drop tabs and newlines).
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def local_address(target: str) -> str | None:
    """Return `target` if it is an address of this site (`/products?q=robe`), else None."""
    return target if _LOCAL.fullmatch(target) else None
