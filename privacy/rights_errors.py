"""What can go wrong with the requests of a person."""

from datetime import datetime

from privacy.errors import PrivacyError


class RequestError(PrivacyError):
    """Base of the errors about requests."""


class RequestNotFound(RequestError):
    """There is no such request, or it is somebody else's (which is not told)."""

    def __init__(self) -> None:
        super().__init__("there is no such request")


class RequestChangedMeanwhile(RequestError):
    """Another officer changed the request since the page was shown: look at it again, then decide."""

    def __init__(self) -> None:
        super().__init__("the request was changed by somebody else meanwhile: load it again")


class RequestIsClosed(RequestError):
    """The request is done, refused or withdrawn: nothing of it changes any more."""

    def __init__(self) -> None:
        super().__init__("the request is closed")


class IdentityNotChecked(RequestError):
    """Nothing is handed out, changed or erased before it is sure who asks: check the identity first."""

    def __init__(self) -> None:
        super().__init__("the identity behind the request is not checked yet")


class PersonUnknown(RequestError):
    """The request names nobody whose data is kept: say first whom it is about, or answer that nothing is held."""

    def __init__(self) -> None:
        super().__init__("the request is about nobody that the shop knows")


class LetterUnfinished(RequestError):
    """A draft still holds a place to fill in, or lacks the place of the code."""

    def __init__(self, mark: str) -> None:
        super().__init__(f"the letter is not finished: look for {mark}")
        self.mark = mark


class ExtensionTooLate(RequestError):
    """The notice of an extension must be given inside the first month (Art. 12(3)), and once only."""

    def __init__(self) -> None:
        super().__init__("the period can be extended once, inside the first month only")


class ReasonMissing(RequestError):
    """An extension, a refusal or a look at a photo needs its reason in words."""

    def __init__(self) -> None:
        super().__init__("a reason in words is needed")


class TextTooLong(RequestError):
    """A text is over its limit: shorten it."""

    def __init__(self, characters: int, most: int) -> None:
        super().__init__(f"the text has {characters} characters: at most {most} are taken")
        self.characters, self.most = characters, most


class TooManyRequests(RequestError):
    """The person has this many open requests already: withdraw one, or wait for an answer."""

    def __init__(self, most: int) -> None:
        super().__init__(f"there are {most} open requests already")
        self.most = most


class ClockRanBackwards(RequestError):
    """The server's clock stands before what has happened already: set it right, then try again."""

    def __init__(self, happened_at: datetime, now: datetime) -> None:
        super().__init__(f"the clock says {now:%Y-%m-%d %H:%M}, but something happened at {happened_at:%Y-%m-%d %H:%M}")
