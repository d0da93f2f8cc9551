"""Domain values -> the API's JSON."""

from typing import Any

from flask import url_for

from catalog.models import Product
from recommender.abstention import MatchJudgement
from recommender.from_photo import SeenGarment
from recommender.judging import Answer
from recommender.similar import Match
from segmentation.ports import Region
from segmentation.rle import RunLengths


def product_json(product: Product, language: str) -> dict[str, Any]:
    """Return one product; texts in `language`."""
    return {
        "sku": product.sku,
        "title": product.title(language),
        "description": product.description(language),
        "brand": product.brand,
        "category": product.category,
        "colour": product.colour,
        "gender": product.gender,
        "sizes": product.sizes,
        "price": {"amount": str(product.price), "currency": product.currency},
        "in_stock": product.in_stock,
        "link": product.link or url_for("shop.product", sku=product.sku, _external=True),
        "images": [url_for("shop.media", key=image.blob_key, _external=True) for image in product.images],
    }


def match_json(match: Match, language: str) -> dict[str, Any]:
    """Return one match: the product, and how like the query it is (cosine, and in a word)."""
    likeness = {"similarity": round(match.similarity, 4), "likeness": match.likeness.value}
    return product_json(match.product, language) | likeness


def judgement_json(judgement: MatchJudgement) -> dict[str, Any]:
    """Return how probably the matches answer; both null where nobody can say."""
    return {"match_probability": judgement.match_probability, "no_good_match": judgement.no_good_match}


def garment_json(garment: SeenGarment, answer: Answer, language: str) -> dict[str, Any]:
    """Return one garment of a photo with its matches; boxes in pixels of the photo as `photo` gives its size."""
    return {
        "label": garment.label,
        "box_xyxy": list(garment.box_xyxy_pixels),
        "confidence": round(garment.confidence, 4),
        **judgement_json(answer.judgement),
        "matches": [match_json(match, language) for match in answer.matches],
    }


def region_json(region: Region, names: tuple[str, ...], mask: RunLengths) -> dict[str, Any]:
    """Return one region with its mask as COCO run lengths (column by column, beginning with zeros)."""
    return {
        "class_id": region.class_id,
        "label": names[region.class_id],
        "box_xyxy": list(region.box_xyxy_pixels),
        "confidence": round(region.confidence, 4),
        "area": region.area_pixels,
        "mask": mask,
    }
