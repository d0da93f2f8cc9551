"""What feeds for Google say of the shop itself: its name and its addresses, as people outside see them."""

from flask import current_app

from catalog.feed_writing import Storefront
from catalog.models import Product, ProductImage
from webapp.wiring import wiring


def storefront(language: str) -> Storefront:
    """Return the shop as a feed in one language names it. Raises SettingsError when a real shop has no PUBLIC_URL."""
    settings = wiring().settings
    paths = current_app.url_map.bind("")

    def product_address(product: Product) -> str:
        return settings.site + paths.build("shop.product", {"sku": product.sku})

    def picture_address(image: ProductImage) -> str:
        return settings.site + paths.build("shop.media", {"key": image.blob_key})

    return Storefront(settings.company_name, settings.site, product_address, picture_address, language)
