"""A query -> what the shop has that is most like it, and whether that is a good match."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from catalog.products import ProductFilter
from recommender.abstention import (
    NEIGHBOURS,
    NOTHING_THERE,
    UNJUDGED,
    MatchCalibration,
    MatchJudgement,
    Nearest,
    Question,
)
from recommender.arranging import AS_IT_IS, Arrangement, find_arranged
from recommender.embeddings import stored_embeddings
from recommender.from_photo import PhotoReading, SeenGarment
from recommender.garment_corrections import NOTHING_CORRECTED, GarmentCorrection
from recommender.ports import Embedding, EncoderIdentity, VectorIndex
from recommender.similar import Match, Query, QueryKind


@dataclass(frozen=True)
class Answer:
    """Matches, best first, and whether they answer."""

    matches: list[Match]
    judgement: MatchJudgement


@dataclass(frozen=True)
class Shelf:
    """Where answers come from: the index, what judges them, which products are wanted, and the shop's rules."""

    index: VectorIndex
    calibration: MatchCalibration
    wanted: ProductFilter
    arrangement: Arrangement = AS_IT_IS

    def answer_garment(
        self,
        garment: SeenGarment,
        reading: PhotoReading,
        *,
        limit: int,
        correction: GarmentCorrection = NOTHING_CORRECTED,
    ) -> Answer:
        """Answer with what looks like a garment of a photo. Raises as `find_similar`.

        What its owner corrected comes first: what has both the type and the colour, then the type, then the colour;
        the rest follows. Each part is in order of likeness.
        """
        query = Query(garment.embedding, reading.encoder, QueryKind.PHOTO)
        question = Question(garment.embedding, None, garment.confidence)
        tiers = [self._wanting(wanted)._answer(query, question, limit) for wanted in correction.tiers(self.wanted)]
        filled = [tier for tier in tiers if tier.matches] or tiers[-1:]
        merged: dict[str, Match] = {}
        for match in chain.from_iterable(tier.matches for tier in filled):
            merged.setdefault(match.product.sku, match)
        return Answer(list(merged.values())[:limit], filled[0].judgement)

    def _wanting(self, wanted: ProductFilter) -> "Shelf":
        return replace(self, wanted=wanted)

    def answer_words(self, text: str, words: Embedding, encoder: EncoderIdentity, *, limit: int) -> Answer:
        """Answer with what words describe; words: the text's embedding. Raises as `find_similar`."""
        return self._answer(Query(words, encoder, QueryKind.WORDS), Question(words=words, text=text), limit)

    def _answer(self, query: Query, question: Question, limit: int) -> Answer:
        found = find_arranged(
            query,
            index=self.index,
            wanted=self.wanted,
            arrangement=self.arrangement,
            limit=max(limit, NEIGHBOURS),
        )
        # Whether the shop has it does not depend on what it puts forward.
        judgement = judge_matches(question, found.nearest, query.encoder, self.calibration)
        return Answer(found.shown[:limit], judgement)


def judge_matches(
    question: Question, matches: Sequence[Match], encoder: EncoderIdentity, calibration: MatchCalibration
) -> MatchJudgement:
    """Say how probably the matches, best first, answer the question; UNJUDGED for an encoder of no calibration."""
    if encoder != calibration.encoder:
        return UNJUDGED
    first = matches[:NEIGHBOURS]
    hashes = [_picture_of(match) for match in first]
    known = stored_embeddings(hashes, encoder)
    rows = [(known[name], match.similarity) for name, match in zip(hashes, first, strict=True) if name in known]
    if not rows:
        return NOTHING_THERE
    nearest = Nearest(np.stack([vector for vector, _ in rows]), np.array([cosine for _, cosine in rows]))
    return calibration.judge(question, nearest, encoder=encoder)


def _picture_of(match: Match) -> str:
    """Return the content hash of the picture that matched."""
    return next(image.content_hash for image in match.product.images if image.id == match.image_id)
