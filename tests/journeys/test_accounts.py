"""The journeys of an account: sign up, confirm, log in, forget the password, change the address, log out devices."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from accounts.models import Account, AccountSession, AccountToken, Role, WaitingLetter
from accounts.profile import GARMENT_SIZES, SHOE_SIZES, TROUSER_SIZES
from privacy.models import AccountsAuditNote
from privacy.standing import change_standing
from storage.database import db, now
from tests.journeys.conftest import csrf_token
from tests.journeys.people import EMAIL, PASSWORD, join, letters, link_in, log_in, send_form, sign_up, words_of
from webapp.demo_accounts import demo_accounts

SIZES = {"garment_size": GARMENT_SIZES, "trouser_size": TROUSER_SIZES, "shoe_size": SHOE_SIZES}
NEW_PASSWORD = "cheval agrafe batterie correct"


def demo_email(app: Flask, role: Role = Role.SHOPPER) -> str:
    return next(one.email for one in demo_accounts(app.extensions["wiring"].settings) if one.role == role.value)


def notes(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AccountsAuditNote.action).order_by(AccountsAuditNote.at)))


def test_an_account_is_made_confirmed_and_logged_in_to(app: Flask, client: FlaskClient) -> None:
    assert sign_up(client).location == "/account/check-mail"
    assert log_in(client).status_code == 403
    [letter] = letters(app)
    assert letter["To"] == EMAIL
    assert send_form(client, link_in(letter), current=PASSWORD).location == "/account/login"
    assert log_in(client).status_code == 302
    assert EMAIL in client.get("/account/security").text
    acts = [act for act in notes(app) if act.startswith("account.")]
    assert [act for act in acts if act != "account.log_in_refused"][-3:] == [
        "account.created",
        "account.confirmed",
        "account.logged_in",
    ]


def test_the_letter_is_in_the_language_of_the_page(app: Flask, client: FlaskClient) -> None:
    for language, words in (("en", "Welcome!"), ("fr", "Bienvenue")):
        send_form(client, "/language", page="/", language=language, next="/")
        sign_up(client, f"{language}@example.com")
        assert words in words_of(letters(app)[-1])


def test_a_known_and_an_unknown_address_get_the_same_answer(app: Flask, client: FlaskClient) -> None:
    known, unknown = demo_email(app), "nobody@example.com"
    for path, fields in (
        ("/account/sign-up", {"password": PASSWORD, "old_enough": "y"}),
        ("/account/reset", {}),
        ("/account/confirm", {}),
    ):
        answers = [send_form(client, path, email=email, **fields) for email in (known, unknown)]
        assert len({(answer.status_code, answer.location, answer.text) for answer in answers}) == 1
    refusals = [log_in(client, email, "a wrong password") for email in (known, unknown)]
    assert [refusal.status_code for refusal in refusals] == [401, 401]
    assert len({refusal.text.split('class="notice')[1].split("</p>")[0] for refusal in refusals}) == 1


def test_whoever_has_an_account_learns_by_letter_that_somebody_signed_up_with_their_address(
    app: Flask, client: FlaskClient
) -> None:
    known = demo_email(app)
    sign_up(client, known.upper())
    [letter] = letters(app)
    assert letter["To"] == known
    assert link_in(letter) == "/account/login"
    assert log_in(client, known, PASSWORD).status_code == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("zoe", PASSWORD),
        ("a@b.example\nBcc: c@d.example", PASSWORD),
        (EMAIL, "short"),
        (EMAIL, "sunshine2024!"),
        (EMAIL, "zoe@example.com"),
        (EMAIL, "aaaaaaaaaaaa"),
        (EMAIL, "x" * 201),
        (EMAIL, "é" * 100_000),
        ("a" * 100_000 + "@b.example", PASSWORD),
    ],
)
def test_a_sign_up_that_cannot_be_says_why_and_keeps_nothing(
    app: Flask, client: FlaskClient, email: str, password: str
) -> None:
    with app.app_context():
        before = db.session.query(Account).count()
    answer = sign_up(client, email, password)
    assert answer.status_code in (200, 400)
    assert 'class="problem"' in answer.text
    with app.app_context():
        assert db.session.query(Account).count() == before
        assert db.session.query(WaitingLetter).count() == 0


def test_an_account_is_for_people_of_fifteen_years_and_more(app: Flask, client: FlaskClient) -> None:
    answer = send_form(client, "/account/sign-up", email=EMAIL, password=PASSWORD)
    assert answer.status_code == 200
    assert 'class="problem"' in answer.text
    with app.app_context():
        assert db.session.query(WaitingLetter).count() == 0


@pytest.mark.parametrize("email", ["zoë@example.com", "用户@例子.公司", "o'hara+shop@maison-élan.example"])
def test_addresses_of_every_alphabet_can_join(app: Flask, client: FlaskClient, email: str) -> None:
    join(app, client, email)
    assert log_in(client, email.upper()).status_code == 302


def test_who_confirms_an_address_is_who_chose_the_password_last(app: Flask, client: FlaskClient) -> None:
    sign_up(client, password="the first of both passwords")
    first = link_in(letters(app)[-1])
    sign_up(client, password="the second of both passwords")
    second = link_in(letters(app)[-1])
    refused = send_form(client, second, current="the first of both passwords")
    assert refused.status_code == 401
    assert 'class="problem"' in refused.text
    assert log_in(client, password="the second of both passwords").status_code == 403
    assert send_form(client, second, current="the second of both passwords").status_code == 303
    assert client.get(first).status_code == 410
    assert log_in(client, password="the first of both passwords").status_code == 401
    assert log_in(client, password="the second of both passwords").status_code == 302


def test_many_sign_ups_with_one_address_at_once_make_one_account_and_no_failure(app: Flask) -> None:
    answers: list[int] = []

    def somebody() -> None:
        answers.append(sign_up(app.test_client()).status_code)

    people = [threading.Thread(target=somebody) for _ in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert answers == [303] * 6
    with app.app_context():
        assert db.session.query(Account).filter_by(confirmed_at=None).count() == 1


def test_a_link_works_once_for_its_purpose_and_in_its_time(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    link = link_in(letters(app)[-1])
    altered = link[:-1] + ("A" if link[-1] != "A" else "B")
    token = link.rsplit("/", 1)[1]
    for wrong in (altered, f"/account/reset/{token}", "/account/confirm/" + "x" * 5000, "/account/confirm/é%00"):
        assert client.get(wrong).status_code in (404, 410), wrong
    assert client.get(link).status_code == client.get(link).status_code == 200
    page = client.get(link).text
    assert send_form(client, link, current=PASSWORD).status_code == 303
    assert client.get(link).status_code == 410

    assert client.post(link, data={"csrf_token": csrf_token(page)}).status_code == 410


def test_a_lapsed_link_leads_to_a_new_one(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    link = link_in(letters(app)[-1])
    with app.app_context():
        db.session.execute(update(AccountToken).values(expires_at=now() - timedelta(seconds=1)))
        db.session.commit()
    lapsed = client.get(link)
    assert lapsed.status_code == 410
    assert "/account/confirm" in lapsed.text
    send_form(client, "/account/confirm", email=EMAIL)
    assert send_form(client, link_in(letters(app)[-1]), current=PASSWORD).status_code == 303


def test_a_forgotten_password_is_replaced_and_every_device_is_out(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    other = app.test_client()
    send_form(other, "/account/reset", email=EMAIL)
    link = link_in(letters(app)[-1])
    weak = send_form(other, link, password="short")
    assert weak.status_code == 400
    assert send_form(other, link, password=NEW_PASSWORD).location == "/account/login"
    assert client.get("/account/security").status_code == 302
    assert other.get(link).status_code == 410
    assert log_in(client).status_code == 401
    assert log_in(client, password=NEW_PASSWORD).status_code == 302
    assert letters(app)[-1]["Subject"] in ("Votre mot de passe a été changé", "Your password was changed")


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    elsewhere = app.test_client()
    log_in(elsewhere)
    log_in(client)
    path = "/account/security/password"
    assert send_form(client, path, current="wrong", password=NEW_PASSWORD).status_code == 401
    assert send_form(client, path, current=PASSWORD, password=NEW_PASSWORD).status_code == 303
    assert client.get("/account/security").status_code == 200
    assert elsewhere.get("/account/security").status_code == 302


def test_a_new_address_holds_once_its_letter_is_followed_by_its_owner(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    answer = send_form(client, "/account/security/email", email="new@example.com", current=PASSWORD)
    assert answer.location == "/account/check-mail"
    letter = letters(app)[-1]
    assert letter["To"] == "new@example.com"
    assert EMAIL in client.get("/account/security").text
    stranger = app.test_client()
    assert stranger.get(link_in(letter)).status_code == 302
    join(app, stranger, "stranger@example.com")
    log_in(stranger, "stranger@example.com")
    assert stranger.get(link_in(letter)).status_code == 410
    assert send_form(client, link_in(letter)).status_code == 303
    assert letters(app)[-1]["To"] == EMAIL
    assert log_in(app.test_client()).status_code == 401
    assert log_in(app.test_client(), "new@example.com").status_code == 302


def test_an_address_that_is_taken_is_told_to_its_owner_alone(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    taken = demo_email(app)
    answers = [
        send_form(client, "/account/security/email", email=email, current=PASSWORD)
        for email in (taken, "free@example.com")
    ]
    assert len({(answer.status_code, answer.location) for answer in answers}) == 1
    assert link_in(letters(app)[-2]) == "/account/login"
    assert letters(app)[-2]["To"] == taken


def test_an_address_taken_in_the_meantime_is_no_failure(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    send_form(client, "/account/security/email", email="new@example.com", current=PASSWORD)
    link = link_in(letters(app)[-1])
    join(app, app.test_client(), "new@example.com")
    assert send_form(client, link).status_code == 410


def test_devices_are_listed_and_logged_out(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    phone = app.test_client()
    phone.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"
    tablet = app.test_client()
    for device in (phone, tablet, client):
        log_in(device)
    page = client.get("/account/security").text
    assert "Safari · iPhone" in page
    end = page.split("/account/security/sessions/")[1].split("/end")[0]
    assert send_form(client, f"/account/security/sessions/{end}/end", page="/account/security").status_code == 303
    alive = [device for device in (phone, tablet) if device.get("/account/security").status_code == 200]
    assert len(alive) == 1
    send_form(client, "/account/security/sessions/end-others", page="/account/security")
    assert alive[0].get("/account/security").status_code == 302
    assert client.get("/account/security").status_code == 200


def test_nobody_logs_out_somebody_elses_device(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    join(app, app.test_client(), "other@example.com")
    other = app.test_client()
    log_in(other, "other@example.com")
    with app.app_context():
        mine = db.session.scalars(select(AccountSession.id_hash).order_by(AccountSession.created_at)).first()
    path = f"/account/security/sessions/{mine}/end"
    assert send_form(other, path, page="/account/security").status_code == 404
    assert client.get("/account/security").status_code == 200


def test_a_logged_out_cookie_is_worth_nothing(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    cookie = client.get_cookie("visit")
    assert cookie is not None
    send_form(client, "/account/logout", page="/account/security")
    thief = app.test_client()
    thief.set_cookie("visit", cookie.value)
    assert thief.get("/account/security").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"last_seen_at": timedelta(minutes=-1441)},
        {"created_at": timedelta(days=-31)},
        {"created_at": timedelta(days=400), "last_seen_at": timedelta(days=400)},
    ],
)
def test_an_idle_or_old_session_ends_also_when_the_clock_was_set_back(
    app: Flask, client: FlaskClient, change: dict[str, timedelta]
) -> None:
    join(app, client)
    log_in(client)
    assert client.get("/account/security").status_code == 200
    with app.app_context():
        db.session.execute(update(AccountSession).values({name: now() + by for name, by in change.items()}))
        db.session.commit()
    assert client.get("/account/security").status_code == 302


def test_another_role_ends_the_sessions(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    result = app.test_cli_runner().invoke(args=["accounts", "role", EMAIL, "merchandiser"])
    assert result.exit_code == 0, result.output
    assert client.get("/account/security").status_code == 302


def test_the_database_holds_neither_addresses_nor_secrets_in_the_clear(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    send_form(
        client,
        "/account/profile",
        name="Zoé Martin",
        language="fr",
        trouser_size="44",
        favourite_categories=["jumpsuit"],
    )
    send_form(client, "/account/reset", email=EMAIL)
    with app.app_context():
        db.session.remove()
    cookie = client.get_cookie("visit")
    assert cookie is not None
    content = b"".join(path.read_bytes() for path in app.extensions["wiring"].settings.instance.glob("accounts.*"))
    for secret in (EMAIL, "example.com", PASSWORD, "Zoé", "Martin", "jumpsuit", "Werkzeug", cookie.value):
        assert secret.encode() not in content, secret
    with app.app_context():
        waiting = db.session.scalars(select(WaitingLetter)).all()
        assert waiting


def test_the_profile_is_kept_shown_and_changed_by_its_owner(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    fields = {"name": "  Zoé\n\u202e Martin ", "language": "en", "shoe_size": "39", "garment_size": ""}
    answer = send_form(client, "/account/profile", **fields, favourite_categories=["dress", "coat"])
    assert answer.status_code == 303
    page = client.get("/account/profile").text
    assert 'value="Zoé Martin"' in page
    assert '<option selected value="39">' in page
    assert page.count("checked") == 2
    nothing = {"name": "", "garment_size": "", "trouser_size": "", "shoe_size": ""}
    send_form(client, "/account/profile", **nothing, language="fr")
    with app.app_context():
        kept = db.session.scalars(select(Account).order_by(Account.created_at.desc())).first()
        assert kept is not None
        assert kept.name_sealed is None
        assert kept.preferences_sealed is None


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "x" * 81, "language": "fr"},
        {"language": "tlh"},
        {"language": "fr", "shoe_size": "1000"},
        {"language": "fr", "favourite_categories": ["dress", "<script>"]},
    ],
)
def test_a_profile_of_unknown_values_is_refused(app: Flask, client: FlaskClient, fields: dict[str, object]) -> None:
    join(app, client)
    log_in(client)
    answer = send_form(client, "/account/profile", **fields)
    assert 'class="problem"' in answer.text
    with app.app_context():
        assert db.session.query(Account).filter(Account.preferences_sealed.is_not(None)).count() == 0


@pytest.mark.parametrize(
    "path",
    ["security", "profile", "security/password", "security/email", "security/second-step", "new-email/x"],
)
def test_own_pages_ask_a_visitor_to_log_in(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/account/{path}")
    assert answer.status_code == 302
    assert answer.location.startswith("/account/login")


def test_a_strangers_mailbox_is_not_filled(app: Flask, client: FlaskClient) -> None:
    for _ in range(8):
        assert send_form(client, "/account/reset", email=demo_email(app)).status_code == 303
    assert len(letters(app)) == 3


def test_many_sign_ups_from_one_address_are_slowed_down(client: FlaskClient) -> None:
    answers = [send_form(client, "/account/reset", email=f"{n}@example.com").status_code for n in range(22)]
    assert answers[:20] == [303] * 20
    assert answers[-1] == 429


def test_links_in_letters_never_take_the_requests_word_for_the_shops_address(app: Flask, client: FlaskClient) -> None:
    token_page = client.get("/account/reset")

    data = {"csrf_token": csrf_token(token_page.text), "email": demo_email(app)}
    client.post("/account/reset", data=data, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert all("evil.example" not in words_of(letter) for letter in letters(app))


def shown_first(client: FlaskClient) -> list[str]:
    """The products of the front page's new arrivals, in their order."""
    return [part.split('"')[0] for part in client.get("/").text.split('href="/products/')[1:]]


def test_favourites_come_first_and_sizes_are_marked_until_the_person_objects(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    plain = shown_first(client)
    products = client.get("/api/v1/products?limit=48").json["products"]
    other = next(one for one in products if one["sku"] not in plain and one["sizes"])
    own = next(size for size in other["sizes"])
    field = next(name for name, sizes in SIZES.items() if own in sizes)
    send_form(client, "/account/profile", language="en", favourite_categories=[other["category"]], **{field: own})
    assert other["sku"] in shown_first(client)
    assert "is-own-size" in client.get(f"/products/{other['sku']}").text
    with app.app_context():
        account = db.session.scalars(select(Account).order_by(Account.created_at.desc())).first()
        assert account is not None
        pseudonym = app.extensions["wiring"].pseudonyms.of_account(account.id)
        change_standing(pseudonym, objects_to_personalisation=True)
        db.session.commit()
    assert shown_first(client) == plain
    assert "is-own-size" not in client.get(f"/products/{other['sku']}").text


def test_whoever_is_being_erased_is_logged_out_and_stays_out(app: Flask, client: FlaskClient) -> None:
    join(app, client)
    log_in(client)
    with app.app_context():
        account = db.session.scalars(select(Account).order_by(Account.created_at.desc())).first()
        assert account is not None
        change_standing(app.extensions["wiring"].pseudonyms.of_account(account.id), erasing=True)
        db.session.commit()
    assert client.get("/account/security").status_code == 302
    assert log_in(client).status_code == 401
