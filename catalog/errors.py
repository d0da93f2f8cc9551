"""What can go wrong with products and feeds."""

from dataclasses import dataclass


class CatalogError(Exception):
    """Base of this package's errors."""


class ProductNotFound(CatalogError):
    """No product on sale has this SKU: it never existed, or it was withdrawn."""

    def __init__(self, sku: str) -> None:
        super().__init__(f"no product has the SKU {sku!r}")
        self.sku = sku


class SkuTaken(CatalogError):
    """A product, perhaps a withdrawn one, has this SKU already: it is never given to another."""

    def __init__(self, sku: str) -> None:
        super().__init__(f"the SKU {sku!r} is taken: choose another, or open that product")
        self.sku = sku


class InvalidStock(CatalogError):
    """A stock is a whole number, 0 or more."""

    def __init__(self, stock: int) -> None:
        super().__init__(f"a stock cannot be {stock}: give 0 or more")


class InvalidPrice(CatalogError):
    """The text is no price; the message says how to write one."""

    def __init__(self, text: str, advice: str) -> None:
        super().__init__(f"{text[:40]!r} is not usable as a price: {advice}")


class UnknownCurrency(CatalogError):
    """The text is no code of ISO 4217."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text[:40]!r} is no currency: give its three-letter ISO 4217 code, such as EUR")


class FeedUnreadable(CatalogError):
    """The feed as a whole cannot be read (format, encoding, columns); nothing was imported."""


class FeedBeginsEmpty(FeedUnreadable):
    """The feed's beginning was read to its bound, and what was looked for is not in it."""

    def __init__(self, name: str, megabytes: int) -> None:
        super().__init__(f"{name}: the first {megabytes} MB hold no whole row; take out empty lines and white space")


class MappingError(CatalogError):
    """The mapping file has a fault; the message names the key."""

    def __init__(self, key: str, advice: str) -> None:
        super().__init__(f"mapping, {key}: {advice}")
        self.key = key


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field of a row, and how to mend it."""

    field: str
    reason: str


class RowRejected(CatalogError):
    """A row of a feed cannot become a product; `problems` has one entry a faulty field."""

    def __init__(self, *problems: Problem, sku: str = "") -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.reason}" for problem in problems))
        self.problems = problems
        self.sku = sku


class ImportSuperseded(CatalogError):
    """Another import started, or goes on with the same feed: this one stops after its last whole batch."""

    def __init__(self) -> None:
        super().__init__("another import of a feed has started; this one stops here")


class AddressRefused(CatalogError):
    """An address that the shop does not fetch from; the message says why."""

    def __init__(self, address: str, advice: str) -> None:
        super().__init__(f"{address[:200]!r} is not fetched: {advice}")
        self.advice = advice


class FetchFailed(CatalogError):
    """A host does not give the file that was asked for: try again later, or tell its owner."""

    def __init__(self, address: str, advice: str) -> None:
        super().__init__(f"{address[:200]!r} cannot be fetched: {advice}")
        self.advice = advice


class HostSilent(FetchFailed):
    """A host cannot be reached, or the time is up before it gave the whole file; `host` names it, with its port."""

    def __init__(self, address: str, advice: str, *, host: str) -> None:
        super().__init__(address, advice)
        self.host = host


class PictureNotUsable(CatalogError):
    """A feed names a picture that cannot be had; the message says why."""

    def __init__(self, name: str, advice: str) -> None:
        super().__init__(f"{name[:100]!r}: {advice}")
        self.advice = advice


class PictureHostSilent(PictureNotUsable):
    """The host of a picture does not answer; others of its pictures may fare alike."""

    def __init__(self, name: str, advice: str, *, host: str) -> None:
        super().__init__(name, advice)
        self.host = host


class RuleNotFound(CatalogError):
    """There is no merchandising rule with this id (any more)."""

    def __init__(self, rule_id: int) -> None:
        super().__init__(f"there is no merchandising rule {rule_id}")


class RuleChangedMeanwhile(CatalogError):
    """Somebody else changed the rule since it was opened: look at what it says now, then decide again."""

    def __init__(self, title: str) -> None:
        super().__init__(f"the rule {title!r} has changed since it was opened")


class ChangeBatchNotFound(CatalogError):
    """No act on products has this id: it never was, or its history has lapsed. Choose one from the history."""

    def __init__(self, batch_id: str) -> None:
        super().__init__(f"the history has no act {batch_id[:40]!r}: it never was, or its time is up")


class HistoryBypassed(CatalogError):
    """A statement would change products behind the session's back, with no history: change the objects instead."""

    def __init__(self) -> None:
        super().__init__("change Product objects and flush: update(Product) would leave no history (or UNRECORDED)")


class FeedNotFound(CatalogError):
    """No uploaded feed has this number."""

    def __init__(self, upload_id: int) -> None:
        super().__init__(f"no uploaded feed has the number {upload_id}")


class ScheduleNotFound(CatalogError):
    """No schedule of a feed has this number (any more)."""

    def __init__(self, schedule_id: int) -> None:
        super().__init__(f"no schedule has the number {schedule_id}")


class FeedMovedOn(CatalogError):
    """Somebody else, or a background job, did something with this feed meanwhile: look at it again, then decide."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the feed is {state} by now")


class AnotherImportRuns(CatalogError):
    """Two imports at a time would overtake each other: wait for the other one, or pause it."""

    def __init__(self) -> None:
        super().__init__("another feed is being imported")


class InvalidBulkEdit(CatalogError):
    """A change of many products cannot be read: `field` names the form's field, `why` what is wrong in one word."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class InvalidSavedView(CatalogError):
    """A view cannot be saved: its name has no fitting `length` or is `taken`, its query holds `too much`, or there are
    `too many`."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the view cannot be saved: {why}")
        self.why = why


class FindingNotFound(CatalogError):
    """What seemed wrong was put right meanwhile, or is no more: look at the list again."""

    def __init__(self, finding_id: int) -> None:
        super().__init__(f"there is no finding {finding_id} (any more)")
