"""What the list of products looks into: folded texts, and indexes of what is on sale

Revision ID: 0b10quicklist
Revises: 0b09putright
"""

import sqlalchemy as sa
from alembic import op

from storage.folding import folded


revision = '0b10quicklist'
down_revision = '0b09putright'
branch_labels = None
depends_on = None

COUNTED = ("brand", "category", "sub_category", "colour", "pattern", "gender", "season")


def upgrade(engine_name: str) -> None:
    globals().get(f"upgrade_{engine_name}", lambda: None)()


def downgrade(engine_name: str) -> None:
    globals().get(f"downgrade_{engine_name}", lambda: None)()


def upgrade_() -> None:
    op.add_column("product", sa.Column("search_text", sa.Text(), nullable=False, server_default=""))
    for name in COUNTED:
        op.drop_index(op.f(f"ix_product_{name}"), table_name="product")
        op.create_index(f"ix_product_sale_{name}", "product", ["deleted_at", name])
    product = sa.table(
        "product",
        *(sa.column(name, sa.String()) for name in ("sku", "brand", "sub_category", "season", "search_text")),
        sa.column("titles", sa.JSON()),
    )
    said = product.c.sku
    for text in (product.c.brand, product.c.sub_category, product.c.season, *_titles(product.c.titles)):
        said = said + " " + text
    op.execute(product.update().values(search_text=folded(said)))


def downgrade_() -> None:
    for name in COUNTED:
        op.drop_index(f"ix_product_sale_{name}", table_name="product")
        op.create_index(op.f(f"ix_product_{name}"), "product", [name])
    op.drop_column("product", "search_text")


def _titles(titles: "sa.ColumnElement[dict[str, str]]") -> "list[sa.ColumnElement[str]]":
    return [sa.func.coalesce(titles[language].as_string(), "") for language in ("fr", "en")]
