"""What the shop itself shows is no trace of a person: not its words, not its pictures, not the vectors of these."""

import io

from flask import Flask
from flask.testing import FlaskClient

from accounts.models import Account, Role
from accounts.people import account_with_id
from accounts.profile import Profile, change_profile
from catalog.models import Product, ProductImage
from privacy.canaries import Canary, CanaryKind
from privacy.erasure import BY_PERSON
from privacy.erasure_models import Erasure
from privacy.receipts import verify_receipt
from recommender.models import ImageEmbedding
from recommender.shop_window import ShopWindow
from storage.database import db
from tests.journeys.conftest import csrf_token
from tests.journeys.people import log_in
from webapp.demo_accounts import demo_accounts
from webapp.wiring import wiring


def test_the_window_holds_its_words_and_vectors_and_no_others(app: Flask) -> None:
    with app.app_context():
        product = db.session.scalars(db.select(Product)).first()
        assert product
        title = Canary.text(CanaryKind.NAME, product.titles["fr"].upper())
        vector = db.session.scalars(db.select(ImageEmbedding.vector)).first()
        assert vector
        shown = Canary(CanaryKind.VECTOR, vector)
        strange = Canary(CanaryKind.VECTOR, vector[::-1])
        stranger = Canary.text(CanaryKind.NAME, "Anna Martin-Delacourt")
        assert ShopWindow().held({title, shown, strange, stranger}) == {title, shown}
        db.session.execute(db.delete(ProductImage))
        assert ShopWindow().held({shown}) == set(), "a vector of nothing on sale may be somebody's"


def test_who_searched_with_the_shops_own_picture_and_is_called_like_a_product_is_erased(
    app: Flask, client: FlaskClient
) -> None:
    shopper = next(a for a in demo_accounts(wiring(app).settings) if a.role == Role.SHOPPER.value)
    log_in(client, shopper.email, shopper.password)
    with app.app_context():
        product = db.session.scalars(db.select(Product)).first()
        assert product
        picture = wiring().blobs.get(next(key for key in wiring().blobs.keys("products") if key.endswith("full.jpg")))
        keys, account_id = wiring().keys, db.session.scalars(db.select(Account.id).filter_by(role="shopper")).one()
        change_profile(account_with_id(account_id), Profile(name=product.titles["fr"]), keys)
        db.session.commit()
    data = {
        "csrf_token": csrf_token(client.get("/").text),
        "consent": "recommendation",
        "photo": (io.BytesIO(picture), "a.jpg"),
    }
    assert client.post("/photos", data=data, content_type="multipart/form-data").status_code == 303
    with app.app_context():
        erasures, pseudonym = wiring().erasures, wiring().pseudonyms.of_account(account_id)
        erasure_id = erasures.erase_person(pseudonym, account_id=account_id, asked_by=BY_PERSON).id
        assert erasures.run(erasure_id)
        receipt = db.session.get_one(Erasure, erasure_id).receipt or ""
        stated = verify_receipt(receipt, public_key=erasures.signer.public_key)
        assert stated["scan"]["found"] == 0
        assert stated["scan"]["looked_for"]["perceptual hash"] >= 1
        assert stated["scan"]["left_out_because_the_shop_itself_says_them"]["name"] == 1
