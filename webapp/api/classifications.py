"""Photo and words of a listing -> its category, sub-category, colour, pattern and gender."""

from collections.abc import Collection
from typing import Any

from flask import Response, abort, jsonify, request

from catalog.products import skus_shown
from recommender.listings import FieldSuggestion
from webapp.admin.suggestion_words import value_words
from webapp.api.routes import api
from webapp.classifying import classified, sent_listing
from webapp.i18n import current_language
from webapp.merchandising import rules_in_force
from webapp.wiring import wiring

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@api.post("/classifications")
def classifications() -> Response:
    """Say what a listing is, each field with its probabilities and the nearest examples.

    Nothing of the listing is kept, recorded or matched; who sends it answers for it.
    """
    if request.mimetype not in _FORMS:
        abort(415)
    sent = sent_listing()
    answer = classified(sent)
    # A product that a rule withholds taught the model too, but this answer is for anybody.
    shown = skus_shown({near.key for said in answer.fields.values() for near in said.examples}, rules_in_force())
    return jsonify(
        read=sent.parts,
        fields={field: _field_json(field, said, shown) for field, said in answer.fields.items()},
        model={
            "trained_at": answer.model.trained_at.isoformat(),
            "examples": answer.model.examples,
            "fields": answer.model.facts,
        },
    )


def _field_json(field: str, said: FieldSuggestion, shown: Collection[str]) -> dict[str, Any]:
    language = current_language()
    return {
        "values": [
            {
                "value": one.value,
                "label": value_words(field, one.value, language),
                "probability": round(one.probability, 4),
            }
            for one in said.ranked
        ],
        "sure": said.best.probability >= wiring().settings.suggestion_sure_from,
        "nearest": [
            {"sku": near.key, "similarity": round(near.similarity, 4)} for near in said.examples if near.key in shown
        ],
    }
