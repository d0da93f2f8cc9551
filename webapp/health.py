"""Is this process able to answer?"""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from recommender.errors import RecommenderError
from storage.database import db
from webapp.wiring import wiring

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when the database answers and the index can be searched, 503 with the reason otherwise."""
    db.session.execute(text("SELECT 1"))
    try:
        manifest = wiring().index.manifest
    except RecommenderError as error:
        return jsonify(status="starting", reason=str(error)), 503
    return jsonify(status="ok", index={"rows": manifest.rows, "encoder": manifest.encoder.encoder_id}), 200
