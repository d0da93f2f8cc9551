"""Favourites, opinions and counted searches as personal data."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, delete, func, select

from catalog.models import Product
from privacy.consent import Purpose
from privacy.sources import ErasureStep, Scope
from privacy.statistics_source import CountsSource
from recommender.panel_models import PanelJudgement, PanelMatch
from recommender.questions import ids_of_photo
from recommender.signal_models import Favourite, MatchOpinion, SearchCount
from storage.database import Model, db


class FavouritesSource:
    """`PersonalDataSource` of favourites: they rest on no photo and on no consent. On hold they are not shown."""

    name = "favourites"
    step = ErasureStep.ROWS
    tables = frozenset({Favourite.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        if not _is_person(scope):
            return {}
        kept = (
            select(Product.sku, Product.titles, Favourite.added_at)
            .join(Favourite, Favourite.product_id == Product.id)
            .where(Favourite.pseudonym == scope.pseudonym)
            .order_by(Favourite.id)
        )
        described = [
            {"sku": sku, "titles": titles, "added_at": added_at.isoformat()}
            for sku, titles, added_at in db.session.execute(kept)
        ]
        return {"favourites": described} if described else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Nothing: favourites are put there and taken away on the shop's pages."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Nothing: pages and numbers ask for the person's standing each time."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Nothing: the list is what the person asked for; numbers leave out those who object to being counted."""

    def erase(self, scope: Scope) -> None:
        if _is_person(scope):
            db.session.execute(delete(Favourite).filter_by(pseudonym=scope.pseudonym))

    def remains(self, scope: Scope) -> Sequence[str]:
        return _left("favourites", Favourite, pseudonym=scope.pseudonym) if _is_person(scope) else ()


class OpinionsSource:
    """`PersonalDataSource` of thumbs. They go with an objection to statistics, an erased photo, or the person.

    Not with a photo whose time is up, nor with its consents: what somebody said of a product is not made of the photo.
    """

    name = "opinions"
    step = ErasureStep.ROWS
    tables = frozenset({MatchOpinion.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        if scope.purpose is not None:
            return {}
        said = (
            select(MatchOpinion, Product.sku)
            .join(Product, MatchOpinion.product_id == Product.id)
            .where(*self._within(scope))
            .order_by(MatchOpinion.id)
        )
        described = [
            {"day": opinion.given_on.isoformat(), "looked_with": opinion.kind, "sku": sku, "good_match": opinion.good}
            for opinion, sku in db.session.execute(said)
        ]
        return {"opinions": described} if described else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Nothing: an opinion is changed where it was given."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Nothing: the numbers ask for the person's standing each time."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        # Art. 21(3): objected to, they are no longer processed, and nothing else needs them.
        if purpose is Purpose.STATISTICS:
            self.erase(scope)

    def erase(self, scope: Scope) -> None:
        if scope.purpose is None:
            db.session.execute(delete(MatchOpinion).where(*self._within(scope)))

    def remains(self, scope: Scope) -> Sequence[str]:
        return _left("opinions", MatchOpinion, *self._within(scope)) if scope.purpose is None else ()

    def _within(self, scope: Scope) -> list[ColumnElement[bool]]:
        of_photo = [MatchOpinion.question.in_(ids_of_photo(scope.photo_id))] if scope.photo_id else []
        return [MatchOpinion.pseudonym == scope.pseudonym, *of_photo]


class JudgementsSource:
    """`PersonalDataSource` of what a tester said in relevance panels: their work, which goes with the person.

    The report of a closed panel numbers its testers and names nobody.
    """

    name = "panel judgements"
    step = ErasureStep.ROWS
    tables = frozenset({PanelJudgement.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        if not _is_person(scope):
            return {}
        judged = (
            select(PanelJudgement, PanelMatch.sku)
            .join(PanelMatch, PanelJudgement.match_id == PanelMatch.id)
            .where(PanelJudgement.pseudonym == scope.pseudonym)
            .order_by(PanelJudgement.id)
        )
        described = [
            {"at": judgement.judged_at.isoformat(), "sku": sku, "good_match": judgement.good}
            for judgement, sku in db.session.execute(judged)
        ]
        return {"panel_judgements": described} if described else {}

    def rectify(self, scope: Scope, corrections: Mapping[str, object]) -> None:
        """Nothing: a judgement is changed in its panel, while that is open."""

    def restrict(self, scope: Scope, *, restricted: bool) -> None:
        """Nothing: a panel shows no tester."""

    def object(self, scope: Scope, purpose: Purpose) -> None:
        """Nothing: testers judge for the shop, not as its customers."""

    def erase(self, scope: Scope) -> None:
        if _is_person(scope):
            db.session.execute(delete(PanelJudgement).filter_by(pseudonym=scope.pseudonym))

    def remains(self, scope: Scope) -> Sequence[str]:
        return _left("panel judgements", PanelJudgement, pseudonym=scope.pseudonym) if _is_person(scope) else ()


class SearchesSource(CountsSource):
    """`PersonalDataSource` of counted searches: they go with a withdrawn consent to statistics, an objection, the
    person, or a photo that is erased. A photo whose time is up leaves its count behind, cut loose from it.
    """

    name = "searches"
    table = SearchCount
    counts = "counted searches"
    tables = frozenset({SearchCount.__tablename__})

    def export(self, scope: Scope) -> Mapping[str, object]:
        if not scope.concerns(Purpose.STATISTICS):
            return {}
        counted = select(SearchCount).filter_by(**scope.row_fields).order_by(SearchCount.counted_on, SearchCount.id)
        described = [
            {
                "day": count.counted_on.isoformat(),
                "looked_with": count.kind,
                "garment": count.garment,
                "colour": count.colour,
                "good_match": count.answered,
                "match_opened": count.clicked,
            }
            for count in db.session.scalars(counted)
        ]
        return {"counted_searches": described} if described else {}


def _is_person(scope: Scope) -> bool:
    return scope.photo_id is None and scope.purpose is None


def _left(what: str, table: type[Model], *conditions: ColumnElement[bool], **values: str) -> Sequence[str]:
    """Say how many rows of the table meet the conditions and have these values; nothing where there are none."""
    left = db.session.scalar(select(func.count()).select_from(table).where(*conditions).filter_by(**values))
    return (f"{left} {what}",) if left else ()
