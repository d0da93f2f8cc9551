"""Where a product's pieces are: the shops that a setting names, and the web."""

from dataclasses import dataclass

from catalog.vocabulary import as_slug

WEB = "web"
"""The slug of the place that is no shop."""
_MOST_SHOPS = 60
_MAX_CHARACTERS = 40


@dataclass(frozen=True)
class Shop:
    """A shop: its slug names it in the database and in feeds (`stock_lyon`), its name on pages."""

    slug: str
    name: str


def read_shops(text: str) -> tuple[Shop, ...]:
    """Return the shops of a list with commas, "Paris, Lyon", in its order; none for an empty text.

    Raises ValueError, whose words say what to change.
    """
    shops = tuple(_shop(name) for name in text.split(",") if name.strip())
    if len(shops) > _MOST_SHOPS:
        raise ValueError(f"{len(shops)} shops are too many: {_MOST_SHOPS} at most")
    slugs = [shop.slug for shop in shops]
    if doubled := sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        raise ValueError(f"two shops would both be called {doubled[0]}: give each its own name")
    return shops


def _shop(text: str) -> Shop:
    name = " ".join(text.split())
    slug = as_slug(name).replace("-", "_")
    if not slug or len(name) > _MAX_CHARACTERS:
        raise ValueError(f"{name[:60]!r} is no name of a shop: use 1 to {_MAX_CHARACTERS} Latin letters and digits")
    if slug == WEB:
        raise ValueError(f"{name!r} is always there: name the shops alone")
    return Shop(slug, name)
