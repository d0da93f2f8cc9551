"""What can go wrong with recommendations."""


class RecommenderError(Exception):
    """Base of this package's errors."""


class IndexMissing(RecommenderError):
    """There is no index yet: run `flask index update`."""

    def __init__(self, folder: object) -> None:
        super().__init__(f"there is no vector index in {folder}: run `flask index update`")


class IndexDamaged(RecommenderError):
    """The index file does not match its manifest: run `flask index rebuild` (the embeddings are kept)."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the vector index is damaged ({reason}): run `flask index rebuild`")


class PicturesUnreadable(RecommenderError):
    """So many of the catalogue's pictures are gone or damaged that a new index would be worse than the one in use."""

    def __init__(self, unreadable: int, pictures: int) -> None:
        super().__init__(
            f"{unreadable} of {pictures} pictures cannot be read, so the index stays as it is: "
            "look at the store of pictures (BLOB_URL)"
        )


class IndexBuiltWithAnotherEncoder(RecommenderError):
    """Query and index come from different encoders: run `flask index rebuild` after a change of ENCODER."""

    def __init__(self, built_with: object, asked_with: object) -> None:
        super().__init__(
            f"the index was built with {built_with}, the query with {asked_with}: run `flask index rebuild`"
        )


class NothingToSearchFor(RecommenderError):
    """A query has neither a photo nor words."""

    def __init__(self) -> None:
        super().__init__("a query needs a photo, words, or both")


class EncoderUnavailable(RecommenderError):
    """A public model cannot be loaded (not installed, out of reach, no such name): change ENCODER."""

    def __init__(self, setting: str, reason: str) -> None:
        super().__init__(f"ENCODER={setting} cannot be loaded: {reason}")


class NoEarlierIndex(RecommenderError):
    """There is nothing to roll back to: only one index was ever built, or the earlier one is gone."""

    def __init__(self) -> None:
        super().__init__("there is no earlier index to go back to")


class EncoderWeightsMissing(RecommenderError):
    """The weights folder lacks a file: restore it from the repository, or run `make train-encoder`."""

    def __init__(self, path: object) -> None:
        super().__init__(f"the encoder's file {path} is missing: restore it or run `make train-encoder`")


class EncoderWeightsDamaged(RecommenderError):
    """A file of the weights folder cannot be read: restore it from the repository, or run `make train-encoder`."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"the encoder's file {path} is damaged ({reason}): restore it or run `make train-encoder`")


class EncoderWeightsMixed(RecommenderError):
    """Files of the weights folder come from different trainings: restore all of them from one revision."""

    def __init__(self, path: object, found: str, expected: str) -> None:
        super().__init__(
            f"{path} is of revision {found or 'unknown'}, encoder.json of {expected}: restore both together"
        )


class EncoderReadsNoAttributes(RecommenderError):
    """The weights make embeddings only: restore those of this version, or run `make train-encoder`."""

    def __init__(self, path: object) -> None:
        super().__init__(f"the weights of {path} read no attributes: restore them or run `make train-encoder`")


class NoSuchAttribute(RecommenderError):
    """A correction names an attribute that garments are not read for; the message lists those that they are."""

    def __init__(self, attribute: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no attribute {attribute!r}; there are {', '.join(known)}")


class NoSuchAttributeValue(RecommenderError):
    """A correction gives a value that the attribute does not have; the message lists those that it has."""

    def __init__(self, attribute: str, value: str, known: tuple[str, ...]) -> None:
        self.attribute, self.known = attribute, known
        super().__init__(f"{attribute} is never {value!r}; it is one of {', '.join(known)}")


class MatchCalibrationMissing(RecommenderError):
    """The weights folder lacks the calibration of "no good match": restore it, or fit it again."""

    def __init__(self, path: object) -> None:
        super().__init__(f"{path} is missing: restore it or run `python -m training.match_calibration fit`")


class MatchCalibrationDamaged(RecommenderError):
    """The calibration of "no good match" cannot be read: restore it, or fit it again."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(f"{path} is damaged ({reason}): restore it or run `python -m training.match_calibration fit`")


class NoSuchGarment(RecommenderError):
    """The photo has no garment of this number."""

    def __init__(self, number: int, garments: int) -> None:
        super().__init__(f"there is no garment {number}: the photo has {garments}, counted from 0")


class ListingEmpty(RecommenderError):
    """A listing has neither words nor a photo: there is nothing to suggest from."""

    def __init__(self) -> None:
        super().__init__("a listing needs a title, a description or a photo")


class ListingPhotoOfAnotherEncoder(RecommenderError):
    """A listing's photo was embedded by another encoder than the classifier knows: embed it again, or train again."""

    def __init__(self, found: object, encoder: object) -> None:
        super().__init__(f"the listing's photo is {found}, the listing classifier reads those of {encoder}")


class TooFewListingExamples(RecommenderError):
    """No field has enough products that are sorted in: fill in more of them, then train."""

    def __init__(self, examples: int, fewest: int) -> None:
        super().__init__(
            f"{examples} products with words or a photo teach nothing: a field needs {fewest} that have it, "
            "and two different values with three each"
        )


class TrainingStopped(RecommenderError):
    """Training was asked to stop; nothing has changed."""

    def __init__(self) -> None:
        super().__init__("training was stopped; nothing has changed")


class ListingClassifierMissing(RecommenderError):
    """No listing classifier was trained yet: train one (the classification page)."""

    def __init__(self, folder: object) -> None:
        super().__init__(f"there is no listing classifier in {folder}: train one")


class ListingClassifierDamaged(RecommenderError):
    """The files of a listing classifier do not belong together: train it again."""

    def __init__(self, folder: object, reason: str) -> None:
        super().__init__(f"the listing classifier in {folder} is damaged ({reason}): train it again")


class FavouritesFull(RecommenderError):
    """Somebody keeps as many favourites as anybody may: take one away first."""

    def __init__(self, most: int) -> None:
        super().__init__(f"there are {most} favourites already: take one away first")


class TooManyOpinions(RecommenderError):
    """More opinions of one search than its page shows matches."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} opinions can be given of one search")


class NoEarlierClassifier(RecommenderError):
    """There is nothing to go back to: only one classifier was ever trained, or the earlier one is gone."""

    def __init__(self) -> None:
        super().__init__("there is no earlier classifier to go back to")


class NoSuchSuggestion(RecommenderError):
    """The suggestion is another product's, or was decided on meanwhile: look at the product again."""

    def __init__(self, sku: str, suggestion: int) -> None:
        super().__init__(f"{sku} has no open suggestion {suggestion}")


class OptionalModelMissing(RecommenderError):
    """A model that is not of the core is not installed; the message says how to get it."""

    def __init__(self, model: str, how: str) -> None:
        self.model, self.how = model, how
        super().__init__(f"{model} is not installed: {how}")


class StudySetUnreadable(RecommenderError):
    """A folder of labelled products cannot be read: the message names what is missing and where."""


class PanelNotFound(RecommenderError):
    """There is no such relevance panel, or it has no such photo."""

    def __init__(self) -> None:
        super().__init__("there is no such relevance panel or photo")


class PanelClosed(RecommenderError):
    """A closed panel takes no more judgements: open a new one."""

    def __init__(self) -> None:
        super().__init__("the relevance panel is closed: open a new one")


class NothingJudged(RecommenderError):
    """A panel without any judgement has nothing to report: judge some matches first."""

    def __init__(self) -> None:
        super().__init__("nobody has judged a match of this panel yet")
