"""The product form: pictures, words, stock by shop; and what happens when two merchandisers meet on it."""

import html
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from accounts.models import Role
from catalog.history import undo_batch
from catalog.history_models import ChangeBatch
from catalog.listing import any_product
from catalog.models import Product
from catalog.stock import stock_by_place
from privacy.audit_notes import SYSTEM
from storage.database import db
from tests.factories import demo_settings, drawn_look, encoded, photo
from tests.journeys.people import staff_of
from webapp import create_app
from webapp.jobs.worker import run_next_job

NEW = "/admin/new-product"


@pytest.fixture(scope="module")
def shop(seeded_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    copy = Path(shutil.copytree(seeded_instance, tmp_path_factory.mktemp("listing") / "instance"))
    return create_app(demo_settings(copy))


@pytest.fixture(scope="module")
def desk(shop: Flask) -> FlaskClient:
    return staff_of(shop)


@pytest.fixture
def sku(shop: Flask) -> str:
    """A product that the feed has brought, in one picture."""
    with shop.app_context():
        product = db.session.scalars(db.select(Product).order_by(Product.id)).first()
        assert product is not None
        return product.sku


def hidden(page: str, *names: str) -> dict[str, str]:
    """The form's hidden fields by name."""
    found = {}
    for name in names:
        match = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
        assert match, f"the page has no {name}"
        found[name] = html.unescape(match[1])
    return found


def fields_of(page: str) -> MultiDict[str, object]:
    """All that a browser would send of the product form as it is."""
    form = page[page.index('<form class="listing"') : page.rindex("</form>")]
    sent: MultiDict[str, object] = MultiDict()
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "file" or (attributes.get("type") == "checkbox" and " checked" not in tag):
            continue
        sent.add(attributes["name"], html.unescape(attributes.get("value", "")))
    for name, inside in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        sent.add(name, html.unescape(inside))
    for name, inside in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        sent.add(name, html.unescape(chosen[1]) if chosen else "")
    return sent


def send(client: FlaskClient, address: str, sent: MultiDict[str, object], **changes: object) -> TestResponse:
    """Send the form with some fields changed; `pictures` are files as (bytes, name)."""
    data = MultiDict(sent.items(multi=True))
    files = changes.pop("pictures", [])
    for name, value in changes.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    for content, name in files:  # type: ignore[attr-defined]
        data.add("pictures", (io.BytesIO(content), name))
    return client.post(address, data=data, content_type="multipart/form-data")


def pictures_in(page: str) -> list[str]:
    return re.findall(r'name="picture" value="([0-9a-f]{64})"', page)


def problem_beside(page: str, name: str) -> str:
    found = re.search(rf'id="{name}-problem">([^<]+)<', page)
    return html.unescape(found[1]) if found else ""


def test_a_new_item_is_in_the_shop_with_its_pictures_its_cut_out_and_its_stock(shop: Flask, desk: FlaskClient) -> None:
    page = send(desk, NEW, fields_of(desk.get(NEW).text), act="upload", title_fr="Robe d’été",
                pictures=[(drawn_look(), "look.jpg"), (encoded(photo()), "back.jpg")]).text  # fmt: skip
    first, second = pictures_in(page)
    assert 'value="Robe d’été"' in page, "what was typed stays while pictures are sent"
    answer = send(
        desk, NEW, fields_of(page), act="save", picture=[second, first], sku="NEW-1", title_en="Summer dress",
        category="dress", sub_category="midi", pattern="striped", season="summer", colour="red", gender="women",
        sizes="S, M; L", price="1 299,00", cost="400", brand="Ourika", stock_lyon="3", stock_lille="1",
        description_fr="Légère.\nEn lin.",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    with shop.app_context():
        made = any_product("NEW-1")
        assert made.titles == {"en": "Summer dress", "fr": "Robe d’été"}
        assert made.descriptions == {"fr": "Légère.\nEn lin."}
        assert (made.price_minor_units, made.cost_minor_units, made.stock) == (129_900, 40_000, 4)
        assert (made.category, made.sub_category, made.pattern, made.season) == ("dress", "midi", "striped", "summer")
        assert made.sizes == ["S", "M", "L"]
        assert stock_by_place(made) == {"lille": 1, "lyon": 3}
        assert [image.content_hash for image in made.images] == [second, first]
        assert run_next_job(), "its pictures wait to be embedded"
        shown = {image.id for image in made.images}
        assert shown <= set(shop.extensions["wiring"].index.row_ids().tolist())
    in_shop = shop.test_client().get("/products/NEW-1", headers={"Accept-Language": "en"}).text
    assert "In our shops: Lyon and Lille" in in_shop
    assert "Sold out online" in in_shop


def test_the_garment_is_cut_out_by_itself_and_can_be_dismissed(shop: Flask, desk: FlaskClient, sku: str) -> None:
    address = f"/admin/products/{sku}/edit"
    page = send(
        desk, address, fields_of(desk.get(address).text), act="upload", pictures=[(drawn_look(1), "l.jpg")]
    ).text
    new = pictures_in(page)[-1]
    cutout = desk.get(f"/media/products/{new}/cutout.webp")
    assert cutout.mimetype == "image/webp"
    alpha = np.asarray(Image.open(io.BytesIO(cutout.data)).convert("RGBA"))[..., 3]
    assert alpha[0].max() == 0, "the ground is transparent"
    assert (alpha == 255).mean() > 0.2, "the garment is not"
    sent = fields_of(page)
    assert new in sent.getlist("cutout")
    assert send(desk, address, sent, act="save").status_code == 303
    with_it = shop.test_client().get(f"/products/{sku}").text
    assert f"{new}/cutout.webp" in with_it
    again = fields_of(desk.get(address).text)
    assert send(desk, address, again, act="save", cutout=[]).status_code == 303
    assert f"{new}/cutout.webp" not in shop.test_client().get(f"/products/{sku}").text


def test_where_several_garments_are_worn_the_one_of_the_category_is_cut_out(desk: FlaskClient) -> None:
    def cut(category: str) -> tuple[bytes, str]:
        page = send(desk, NEW, fields_of(first), act=f"cut:{picture}", category=category).text
        assert "cutout.webp" in page
        answer = desk.get(f"/media/products/{picture}/cutout.webp")
        return answer.data, str(answer.headers["ETag"])

    first = send(desk, NEW, fields_of(desk.get(NEW).text), act="upload", pictures=[(drawn_look(2), "look.jpg")]).text
    [picture] = pictures_in(first)
    coat, tag = cut("coat")
    scarf, other_tag = cut("scarf")
    assert coat != scarf
    assert Image.open(io.BytesIO(scarf)).height < Image.open(io.BytesIO(coat)).height
    address = f"/media/products/{picture}/cutout.webp"
    assert desk.get(address, headers={"If-None-Match": other_tag}).status_code == 304
    assert desk.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_buttons_put_pictures_in_order_and_take_them_away_and_nothing_is_saved_yet(
    shop: Flask, desk: FlaskClient, sku: str
) -> None:
    address = f"/admin/products/{sku}/edit"
    before = desk.get(address).text
    had = pictures_in(before)
    page = send(desk, address, fields_of(before), act="upload", title_en="Half typed",
                pictures=[(encoded(photo(seed=5)), "a.jpg")]).text  # fmt: skip
    new = pictures_in(page)[-1]
    page = send(desk, address, fields_of(page), act=f"up:{new}").text
    assert pictures_in(page) == [*had[:-1], new, had[-1]]
    page = send(desk, address, fields_of(page), act=f"remove:{had[0]}").text
    assert had[0] not in pictures_in(page)
    assert 'value="Half typed"' in page
    assert pictures_in(desk.get(address).text) == had


def test_each_wrong_field_is_named_beside_it_and_nothing_typed_is_lost(desk: FlaskClient) -> None:
    typed = {"sku": "a b", "title_en": "x" * 301, "price": "-3", "stock_lyon": "many",
             "sizes": "S," + "y" * 41, "link": "javascript:alert(1)", "cost": "1.2.3"}  # fmt: skip
    answer = send(desk, NEW, fields_of(desk.get(NEW).text), act="save", **typed)
    assert answer.status_code == 422
    named = {name for name in [*typed, "category", "pictures", "brand"] if problem_beside(answer.text, name)}
    assert named == {*typed, "category", "pictures"}
    for text in ("a b", "x" * 301, "many", "javascript:alert(1)"):
        assert f'value="{text}"' in answer.text


def test_a_reference_that_is_taken_is_refused_beside_its_field(desk: FlaskClient, sku: str) -> None:
    page = send(desk, NEW, fields_of(desk.get(NEW).text), act="upload", pictures=[(encoded(photo()), "a.jpg")]).text
    answer = send(desk, NEW, fields_of(page), act="save", sku=sku, title_en="A", category="dress", price="5")
    assert answer.status_code == 409
    assert "taken" in problem_beside(answer.text, "sku")
    assert pictures_in(answer.text) == pictures_in(page)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.jpg"),
        (b"GIF89a not a picture", "anim.gif"),
        (encoded(photo())[:200], "cut short.jpg"),
        (encoded(photo(9, 60)), "thin.jpg"),
    ],
)
def test_a_file_that_is_no_picture_is_named_and_the_form_stays(desk: FlaskClient, content: bytes, name: str) -> None:
    answer = send(desk, NEW, fields_of(desk.get(NEW).text), act="upload", title_en="Kept", pictures=[(content, name)])
    assert answer.status_code == 422
    assert name in problem_beside(answer.text, "pictures")
    assert 'value="Kept"' in answer.text


def test_what_two_people_change_apart_is_joined_and_what_both_change_is_asked_about(
    shop: Flask, desk: FlaskClient, sku: str
) -> None:
    address = f"/admin/products/{sku}/edit"
    mine, theirs = fields_of(desk.get(address).text), fields_of(desk.get(address).text)
    assert send(desk, address, theirs, act="save", price="77", stock_nice="2", brand="Theirs").status_code == 303
    assert send(desk, address, mine, act="save", season="Winter").status_code == 303
    with shop.app_context():
        joined = any_product(sku)
        assert (joined.season, joined.price_minor_units, joined.brand) == ("winter", 7700, "Theirs")
        assert stock_by_place(joined)["nice"] == 2
    late = send(desk, address, mine, act="save", brand="Mine", season="summer")
    assert late.status_code == 409
    assert "Now stored: Theirs" in late.text
    assert "Now stored: Winter" in late.text
    assert 'value="Mine"' in late.text
    assert 'value="77.00"' in late.text, "what only the other changed is taken over"
    with shop.app_context():
        assert any_product(sku).brand == "Theirs", "nothing was saved"
    assert send(desk, address, fields_of(late.text), act="save").status_code == 303
    with shop.app_context():
        settled = any_product(sku)
        assert (settled.brand, settled.season, settled.price_minor_units) == ("Mine", "summer", 7700)


def test_a_save_is_one_act_of_its_author_in_the_history_and_can_be_undone(
    shop: Flask, desk: FlaskClient, sku: str
) -> None:
    address = f"/admin/products/{sku}/edit"
    before = desk.get(address).text
    assert send(desk, address, fields_of(before), act="save", stock_lille="9", cost="12.50").status_code == 303
    with shop.app_context():
        act = db.session.scalars(db.select(ChangeBatch).order_by(ChangeBatch.at.desc())).first()
        assert act is not None
        assert (act.kind, act.role) == ("form", Role.MERCHANDISER.value)
        undo_batch(act.id, actor=SYSTEM)
    after = desk.get(address).text
    assert fields_of(after).getlist("stock_lille") == fields_of(before).getlist("stock_lille")
    assert fields_of(after)["cost"] == fields_of(before)["cost"]


def test_an_item_is_withdrawn_from_sale_and_put_back(shop: Flask, desk: FlaskClient, sku: str) -> None:
    page = f"/admin/products/{sku}"
    for status, on_sale in ((404, ""), (200, "1")):
        answer = desk.post(f"{page}/sale", data={**hidden(desk.get(page).text, "csrf_token"), "on_sale": on_sale})
        assert answer.status_code == 303
        assert shop.test_client().get(f"/products/{sku}").status_code == status
        assert desk.get(page).status_code == desk.get(f"{page}/edit").status_code == 200


def test_texts_in_other_languages_survive_the_form_and_an_emptied_one_goes(
    shop: Flask, desk: FlaskClient, sku: str
) -> None:
    address = f"/admin/products/{sku}/edit"
    with shop.app_context():
        any_product(sku).titles = {"de": "Kleid", "en": "Dress", "fr": "Robe"}
        db.session.commit()
    assert send(desk, address, fields_of(desk.get(address).text), act="save", title_fr="").status_code == 303
    with shop.app_context():
        assert any_product(sku).titles == {"de": "Kleid", "en": "Dress"}


def test_a_form_that_was_tampered_with_harms_nothing(shop: Flask, desk: FlaskClient, sku: str) -> None:
    address = f"/admin/products/{sku}/edit"
    sent = fields_of(desk.get(address).text)
    assert send(desk, address, sent, act="save", at_start="[1, {").status_code == 303
    assert send(desk, address, sent, act="save", at_start='{"brand": 5}').status_code == 303
    assert send(desk, address, sent, act="cut:../../x").status_code == 200
    lost = send(desk, address, sent, act="save", picture=["f" * 64])
    assert lost.status_code == 422
    assert "upload it again" in problem_beside(lost.text, "pictures")
    assert send(desk, address, sent, act="save", sku="OTHER", stock_nowhere="-1").status_code == 303
    with shop.app_context():
        assert db.session.scalar(db.select(Product.id).where(Product.sku == "OTHER")) is None


def test_a_picture_that_is_there_already_is_named_and_not_added_again(desk: FlaskClient) -> None:
    twice = [(encoded(photo(seed=8)), "front.jpg"), (encoded(photo(seed=8)), "again.jpg")]
    page = send(desk, NEW, fields_of(desk.get(NEW).text), act="upload", pictures=twice).text
    assert len(pictures_in(page)) == 1
    assert "again.jpg" in page
    assert "front.jpg" not in page
