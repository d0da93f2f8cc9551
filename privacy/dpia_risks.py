"""The four named risks: what could happen to a person, what is done against it, and what is left.

The method is that of the CNIL's PIA guides: severity and likelihood from 1 (negligible) to 4 (maximum). Each test that
is named here exists (tests/architecture/test_dpia.py).
"""

from dataclasses import dataclass
from enum import IntEnum

from privacy.words import Words


class Level(IntEnum):
    """How severe, or how likely."""

    NEGLIGIBLE = 1
    LIMITED = 2
    SIGNIFICANT = 3
    MAXIMUM = 4

    @property
    def words(self) -> Words:
        return _LEVEL_WORDS[self]


_LEVEL_WORDS = {
    Level.NEGLIGIBLE: Words("négligeable", "negligible"),
    Level.LIMITED: Words("limitée", "limited"),
    Level.SIGNIFICANT: Words("importante", "significant"),
    Level.MAXIMUM: Words("maximale", "maximum"),
}


@dataclass(frozen=True)
class Measure:
    """What is done against a risk, and the tests that show it (pytest ids)."""

    words: Words
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Estimate:
    """A risk's severity and likelihood at one time."""

    severity: Level
    likelihood: Level

    @property
    def is_acceptable(self) -> bool:
        """Say whether the risk may be taken: never likely and severe at once (CNIL: red when both reach 3)."""
        return self.likelihood <= Level.LIMITED and self.severity * self.likelihood <= 6


@dataclass(frozen=True)
class Risk:
    """One feared event: what could happen to a person, before and after the measures."""

    name: str
    title: Words
    scenario: Words
    measures: tuple[Measure, ...]
    before: Estimate
    after: Estimate
    residual: Words
    """What is left, and why that is taken or what else is to be done."""


RISKS = (
    Risk(
        name="image leak",
        title=Words("Fuite d’images", "Leak of images"),
        scenario=Words(
            "Un intrus, une sauvegarde égarée ou un membre du personnel trop curieux livre des photos de personnes : "
            "atteinte à l’intimité, moquerie, chantage.",
            "An intruder, a lost backup or a prying member of staff gives away photos of people: loss of intimacy, "
            "mockery, blackmail.",
        ),
        measures=(
            Measure(
                Words(
                    "Chaque photo est chiffrée en AES-256-GCM sous une clé à elle, liée à son identifiant : un octet "
                    "changé ou une photo déplacée ne s’ouvre pas.",
                    "Each photo is encrypted with AES-256-GCM under a key of its own, bound to its id: a changed byte "
                    "or a moved photo does not open.",
                ),
                (
                    "tests/journeys/test_shopper.py::test_what_is_kept_is_sealed",
                    "tests/journeys/test_shopper.py::test_a_tampered_photo_does_not_open",
                    "tests/unit/test_privacy.py::test_any_flipped_bit_is_noticed",
                ),
            ),
            Measure(
                Words(
                    "Les clés sont dans un stockage à part, elles-mêmes chiffrées sous une clé maîtresse : ni une "
                    "sauvegarde de la boutique, ni le fichier des clés seul n’ouvre une photo.",
                    "The keys are in a store of their own, themselves encrypted under a master key: neither a backup "
                    "of the shop nor the keys’ file alone opens a photo.",
                ),
                (
                    "tests/unit/test_key_store.py::test_a_key_is_not_in_the_file_of_the_store",
                    "tests/unit/test_key_store.py::test_without_its_master_key_nothing_opens",
                ),
            ),
            Measure(
                Words(
                    "Une seule porte mène aux images : elle ne s’ouvre qu’à leur propriétaire, dans leur consentement "
                    "et leur durée.",
                    "One gate leads to the images: it opens to their owner alone, within consent and time.",
                ),
                (
                    "tests/journeys/test_shopper.py::test_another_visitor_cannot_see_the_photo",
                    "tests/architecture/test_gate.py::test_what_opens_sealed_things_is_called_in_its_places_alone",
                    "tests/architecture/test_gate.py::test_blobs_are_read_in_their_places_alone",
                    "tests/journeys/test_shopper.py::test_a_lapsed_photo_is_refused_at_once_and_erased_by_the_purge",
                ),
            ),
            Measure(
                Words(
                    "Une photo effacée l’est avec tout ce qui en a été tiré, et sa clé est détruite : une sauvegarde "
                    "restaurée ne la ramène pas.",
                    "A photo that is erased goes with all that was made of it, and its key is destroyed: a restored "
                    "backup does not bring it back.",
                ),
                (
                    "tests/journeys/test_shopper.py::test_a_forgotten_photo_is_gone_with_all_that_was_made_of_it",
                    "tests/journeys/test_erasure.py::test_a_photo_leaves_traces_and_after_its_erasure_none",
                    "tests/unit/test_key_store.py::"
                    "test_a_destroyed_key_that_comes_back_with_a_restored_file_opens_nothing_and_is_swept",
                ),
            ),
            Measure(
                Words(
                    "Les photos partent à leur terme, d’elles-mêmes ; les accès du personnel en nombre ou à des heures "
                    "inhabituelles lèvent une alerte.",
                    "Photos go at their term by themselves; access by staff in number or at unusual hours raises an "
                    "alert.",
                ),
                (
                    "tests/journeys/test_retention.py::"
                    "test_a_shorter_period_is_previewed_applied_with_a_reason_and_carried_out",
                    "tests/unit/test_alerts.py::test_opening_many_peoples_data_in_a_short_time_raises_one_alert",
                ),
            ),
        ),
        before=Estimate(Level.SIGNIFICANT, Level.SIGNIFICANT),
        after=Estimate(Level.SIGNIFICANT, Level.NEGLIGIBLE),
        residual=Words(
            "Reste celui qui tient à la fois le serveur en marche et la clé maîtresse, pendant les jours où une photo "
            "est là : la clé peut être confiée à un coffre matériel (Azure Key Vault).",
            "What is left is whoever holds both the running server and the master key, during the days that a photo is "
            "here: the key can be entrusted to a hardware vault (Azure Key Vault).",
        ),
    ),
    Risk(
        name="re-identification through metadata",
        title=Words("Ré-identification par les métadonnées", "Re-identification through metadata"),
        scenario=Words(
            "Le lieu, l’heure ou l’appareil inscrits dans un fichier, une adresse dans un journal ou un identifiant "
            "commun à deux tables disent qui est la personne d’une image anonyme.",
            "The place, time or device written in a file, an address in a log or an id shared by two tables tell who "
            "the person of an anonymous picture is.",
        ),
        measures=(
            Measure(
                Words(
                    "Seuls les pixels d’un envoi sont repris : rien d’EXIF, XMP, IPTC, ICC, miniature ou données "
                    "accolées ne survit, ce que vérifie un outil indépendant.",
                    "Only the pixels of an upload are taken over: nothing of EXIF, XMP, IPTC, ICC, thumbnails or "
                    "trailing data survives, as an independent tool verifies.",
                ),
                (
                    "tests/journeys/test_upload_hygiene.py::"
                    "test_exiftool_finds_the_markers_before_and_nothing_but_the_picture_after",
                    "tests/journeys/test_upload_hygiene.py::"
                    "test_through_the_pages_into_the_vault_and_back_nothing_survives",
                    "tests/adapters/test_hostile_pictures.py::test_no_metadata_reaches_a_decoder",
                ),
            ),
            Measure(
                Words(
                    "Les tables ne connaissent que des pseudonymes sous clé ; comptes et boutique ne partagent ni "
                    "table ni identifiant.",
                    "The tables know keyed pseudonyms alone; accounts and shop share neither table nor id.",
                ),
                (
                    "tests/unit/test_privacy.py::test_pseudonyms_are_stable_and_differ_by_key_kind_and_person",
                    "tests/architecture/test_frame.py::test_log_in_data_and_the_shop_share_no_table_and_no_key",
                ),
            ),
            Measure(
                Words(
                    "Toute colonne personnelle est déclarée, et chiffrée ou pseudonymisée ; un oubli arrête "
                    "l’intégration.",
                    "Every personal column is declared, and encrypted or pseudonymised; one that is forgotten stops "
                    "the build.",
                ),
                (
                    "tests/architecture/test_declarations.py::test_every_column_of_every_store_is_declared",
                    "tests/architecture/test_declarations.py::test_every_personal_column_is_encrypted_or_pseudonymised",
                ),
            ),
            Measure(
                Words(
                    "Adresses, noms et textes libres sont chiffrés ; les identifiants des journaux sont hachés, et "
                    "l’audit ne prend que des pseudonymes.",
                    "Addresses, names and free texts are encrypted; ids in logs are hashed, and the audit takes "
                    "pseudonyms alone.",
                ),
                (
                    "tests/unit/test_sealed_columns.py::test_a_sealed_text_comes_back_and_is_not_in_its_seal",
                    "tests/journeys/test_logs.py::test_the_log_of_a_visit_names_pages_and_nobody",
                    "tests/unit/test_audit_chain.py::test_a_note_takes_known_actions_and_pseudonyms_only",
                ),
            ),
        ),
        before=Estimate(Level.SIGNIFICANT, Level.MAXIMUM),
        after=Estimate(Level.LIMITED, Level.NEGLIGIBLE),
        residual=Words(
            "Reste ce que l’image elle-même montre, un visage ou un lieu : il n’est lu par aucun modèle, et part avec "
            "la photo.",
            "What is left is what the picture itself shows, a face or a place: no model reads it, and it goes with the "
            "photo.",
        ),
    ),
    Risk(
        name="third-party use or transfer outside the EU",
        title=Words(
            "Usage non autorisé par un tiers ou transfert hors de l’UE",
            "Unauthorised use by a third party, or transfer outside the EU",
        ),
        scenario=Words(
            "Un service d’analyse, de mesure d’audience ou d’hébergement reçoit des photos ou des identifiants, les "
            "réutilise ou les transfère dans un pays tiers sans protection équivalente.",
            "A service for analysis, measurement or hosting receives photos or ids, uses them for itself, or transfers "
            "them to a third country without equivalent protection.",
        ),
        measures=(
            Measure(
                Words(
                    "Une recommandation n’ouvre aucune connexion : les modèles sont sur le serveur, et les pages ne "
                    "chargent rien d’ailleurs.",
                    "A recommendation opens no connection: the models are on the server, and the pages load nothing "
                    "from elsewhere.",
                ),
                (
                    "tests/journeys/test_no_outgoing_connection.py::"
                    "test_a_recommendation_through_the_pages_opens_no_connection",
                    "tests/journeys/test_no_outgoing_connection.py::"
                    "test_a_recommendation_through_the_api_opens_no_connection",
                ),
            ),
            Measure(
                Words(
                    "Le réseau sortant est fermé, hormis les hôtes que les réglages nomment ; d’eux-mêmes ils n’en "
                    "nomment aucun.",
                    "The outgoing network is closed but for the hosts that the settings name; by default they name "
                    "none.",
                ),
                (
                    "tests/unit/test_network.py::test_by_default_no_host_is_allowed",
                    "tests/unit/test_network.py::test_python_itself_refuses_a_forbidden_connection",
                ),
            ),
            Measure(
                Words(
                    "Un hébergeur ne détient que des octets chiffrés ; la clé maîtresse peut rester dans un coffre de "
                    "l’Union, qui ne la livre jamais.",
                    "A host holds encrypted bytes only; the master key can stay in a vault within the Union, which "
                    "never hands it out.",
                ),
                (
                    "tests/journeys/test_shopper.py::test_what_is_kept_is_sealed",
                    "tests/adapters/test_key_service.py::test_the_vault_unwraps_and_never_hands_out_its_key",
                ),
            ),
        ),
        before=Estimate(Level.SIGNIFICANT, Level.SIGNIFICANT),
        after=Estimate(Level.LIMITED, Level.NEGLIGIBLE),
        residual=Words(
            "Reste le service de courriel, qui voit l’adresse de qui a un compte : le choisir dans l’Union, avec un "
            "contrat de sous-traitance (art. 28).",
            "What is left is the mail service, which sees the address of whoever has an account: choose one within the "
            "Union, under a processor’s contract (Art. 28).",
        ),
    ),
    Risk(
        name="reuse for other purposes",
        title=Words("Réutilisation à d’autres fins", "Reuse for other purposes"),
        scenario=Words(
            "Des photos envoyées pour trouver un article servent à entraîner des modèles, à suivre des personnes ou à "
            "de la publicité sans qu’elles l’aient voulu.",
            "Photos sent to find an item are used to train models, to follow people or for advertising without their "
            "wish.",
        ),
        measures=(
            Measure(
                Words(
                    "Un consentement par photo et par finalité, jamais coché d’avance ; l’un ne vaut pas pour l’autre.",
                    "One consent for each photo and each purpose, never ticked beforehand; one is no consent to "
                    "another.",
                ),
                (
                    "tests/unit/test_consent_texts.py::test_one_purpose_is_no_consent_to_another",
                    "tests/journeys/test_api.py::test_without_consent_the_bytes_are_never_decoded",
                    "tests/journeys/test_shopper.py::test_without_consent_nothing_is_kept_and_the_page_says_why",
                ),
            ),
            Measure(
                Words(
                    "La porte demande la finalité de chaque lecture, et la refuse sans consentement, après une "
                    "opposition ou pendant une limitation.",
                    "The gate asks for the purpose of each reading, and refuses it without consent, after an "
                    "objection, or during a restriction.",
                ),
                (
                    "tests/journeys/test_shopper.py::test_the_vault_keeps_no_photo_of_a_person_without_consent",
                    "tests/journeys/test_gate.py::test_after_the_gate_is_closed_no_page_decrypts_anything",
                    "tests/unit/test_stores.py::test_an_objection_to_statistics_leaves_recommendations_alone",
                ),
            ),
            Measure(
                Words(
                    "Un retrait vaut dès la requête suivante, et efface ce qui reposait sur le consentement.",
                    "A withdrawal acts from the next request on, and erases what rested on the consent.",
                ),
                (
                    "tests/journeys/test_shopper.py::test_a_withdrawn_consent_acts_on_the_next_request",
                    "tests/journeys/test_consents.py::test_a_withdrawn_purpose_leaves_what_rests_on_the_others",
                    "tests/journeys/test_consents.py::test_a_killed_withdrawal_is_finished_later",
                ),
            ),
            Measure(
                Words(
                    "Chaque acte de conséquence est consigné dans un journal enchaîné, qui trahit toute retouche.",
                    "Every act of consequence is noted in a chained log, which betrays any edit.",
                ),
                ("tests/unit/test_audit_chain.py::test_without_the_key_nobody_can_make_an_entry_or_an_anchor",),
            ),
        ),
        before=Estimate(Level.LIMITED, Level.SIGNIFICANT),
        after=Estimate(Level.LIMITED, Level.NEGLIGIBLE),
        residual=Words(
            "Reste une faute du code à venir : chaque nouvelle finalité passe par la porte, et la présente analyse est "
            "refaite.",
            "What is left is a mistake in code to come: each new purpose passes through the gate, and this assessment "
            "is made again.",
        ),
    ),
)
