"""The tables of what was done to products, and of the lists that staff look at again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models import Product
from privacy.activities import CATALOGUE_WORK
from privacy.declarations import NOT_PERSONAL, Protection, personal
from storage.database import Model, UtcDateTime, now

NAME_LENGTH = 60
QUERY_LENGTH = 1000


class ChangeBatch(Model):
    """One act on products: a form that was saved, a bulk edit, an import; it is undone as one."""

    __tablename__ = "change_batch"
    __table_args__ = ({"info": NOT_PERSONAL},)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, index=True, info=personal(CATALOGUE_WORK, Protection.LINKED)
    )
    """When it began."""
    actor: Mapped[str] = mapped_column(
        String(32), default="", index=True, info=personal(CATALOGUE_WORK, Protection.PSEUDONYM)
    )
    """Pseudonym of the member of staff; empty for the server's own doing, and for somebody who was erased."""
    role: Mapped[str] = mapped_column(String(20), default="", info=personal(CATALOGUE_WORK, Protection.LINKED))
    """The actor's role then; `system` or `command line` for nobody's doing."""
    kind: Mapped[str] = mapped_column(String(20), default="")
    """By what means: form, bulk edit, import, undo …; empty when the writer did not say."""
    undoes: Mapped[str] = mapped_column(String(32), default="", index=True)
    """The batch that this one puts back, or empty."""

    changes: Mapped[list["ProductChange"]] = relationship(back_populates="batch", passive_deletes=True)


class ProductChange(Model):
    """What one act did to one product."""

    __tablename__ = "product_change"
    __table_args__ = (
        Index("ix_product_change_batch", "batch_id", "id"),
        Index("ix_product_change_product", "product_id", "id"),
        # Later changes have higher ids, whatever has lapsed.
        {"sqlite_autoincrement": True, "info": NOT_PERSONAL},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey("change_batch.id", ondelete="CASCADE"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The changed fields as they were; None when the product was created."""
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The changed fields as they became; empty when the product was created."""

    batch: Mapped[ChangeBatch] = relationship(back_populates="changes")
    product: Mapped[Product] = relationship()

    @property
    def is_creation(self) -> bool:
        return self.before is None


class SavedView(Model):
    """A list of products that one member of staff looks at again and again."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("pseudonym", "name"), {"info": NOT_PERSONAL})

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(32), index=True, info=personal(CATALOGUE_WORK, Protection.PSEUDONYM))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), info=personal(CATALOGUE_WORK, Protection.LINKED))
    query: Mapped[str] = mapped_column(String(QUERY_LENGTH))
    """The list's address behind its question mark: filters, words and order."""
    saved_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=now, info=personal(CATALOGUE_WORK, Protection.LINKED)
    )
