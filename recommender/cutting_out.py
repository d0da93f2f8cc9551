"""The garment of a listing's picture, cut out of its ground."""

from segmentation.garments import Garment, cut_out, garments_in
from segmentation.ports import Pixels, Segmenter

LEAST_CONFIDENCE = 0.55
LEAST_AREA_SHARE = 0.03
"""Below either, a cut-out shows a scrap more often than the garment."""

_CATEGORIES_OF_LABEL = {
    "hat": "hat cap",
    "eyewear": "sunglasses",
    "top": "t-shirt top tank-top polo-shirt shirt blouse tunic kurta sweater sweatshirt hoodie cardigan waistcoat",
    "outerwear": "jacket coat blazer",
    "skirt": "skirt",
    "pants": "jeans trousers joggers leggings shorts",
    "dress": "dress jumpsuit saree",
    "belt": "belt",
    "shoes": "casual-shoes formal-shoes sneakers boots heels flats sandals flip-flops",
    "bag": "bag backpack clutch",
    "scarf": "scarf",
}
_LABEL_OF_CATEGORY = {slug: label for label, slugs in _CATEGORIES_OF_LABEL.items() for slug in slugs.split()}


def cut_out_garment(picture: Pixels, segmenter: Segmenter, *, category: str = "") -> Pixels | None:
    """Return the garment alone, uint8 (h, w, 4), transparent around it; None where none is seen surely enough.

    picture: uint8 (H, W, 3). Where several are worn, the one of the product's category is taken, else the largest.
    """
    segmentation = segmenter.segment(picture)
    seen = [garment for garment in garments_in(picture, segmentation, segmenter.label_set) if _is_clear(garment)]
    if not seen:
        return None
    label = _LABEL_OF_CATEGORY.get(category)
    chosen = next((garment for garment in seen if garment.label == label), seen[0])
    return cut_out(picture, segmentation, chosen)


def _is_clear(garment: Garment) -> bool:
    return garment.confidence >= LEAST_CONFIDENCE and garment.area_share >= LEAST_AREA_SHARE
