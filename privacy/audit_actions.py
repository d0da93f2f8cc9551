"""The acts that the audit knows, each with its words: `note()` takes no other, so that a name never holds content."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class AuditAction:
    """One kind of act; the flags say which alert rules look at it (`privacy/alert_rules.py`)."""

    name: str
    en: str
    fr: str
    by_staff: bool = False
    """Done by staff at a desk: outside of working hours it raises an alert."""
    opens_data: bool = False
    """Opens the subject's data to somebody else: many subjects in a short time raise an alert."""
    denied: bool = False
    """Something was refused to the actor: many refusals raise an alert."""

    def words(self, language: str) -> str:
        """Return what was done, in `language` (fr or en)."""
        return self.fr if language == "fr" else self.en


_AUDIT = (
    AuditAction("audit.verified", "The audit was verified", "Le journal d’audit a été vérifié"),
    AuditAction("audit.exported", "The audit was exported", "Le journal d’audit a été exporté", by_staff=True),
    AuditAction(
        "audit.continued",
        "The audit goes on after a break of its chain",
        "Le journal d’audit reprend après une rupture de sa chaîne",
    ),
    AuditAction("alert.seen", "An alert was seen", "Une alerte a été vue", by_staff=True),
    AuditAction("alert.closed", "An alert was closed", "Une alerte a été close", by_staff=True),
    AuditAction("access.denied", "An access was refused", "Un accès a été refusé", denied=True),
)
_BREACHES = (
    AuditAction("breach.recorded", "A breach was recorded", "Une violation a été consignée", by_staff=True),
    AuditAction("breach.changed", "A breach’s record was changed", "La fiche d’une violation a changé", by_staff=True),
    AuditAction("breach.closed", "A breach was closed", "Une violation a été close", by_staff=True),
    AuditAction("breach.reopened", "A breach was reopened", "Une violation a été rouverte", by_staff=True),
    AuditAction(
        "breach.opened", "A breach’s record was opened", "La fiche d’une violation a été ouverte", by_staff=True
    ),
    AuditAction(
        "breach.authority_notified",
        "When the authority was told of a breach was recorded",
        "La notification d’une violation à l’autorité a été consignée",
        by_staff=True,
    ),
    AuditAction(
        "breach.persons_informed",
        "When people were told of a breach was recorded",
        "L’information des personnes sur une violation a été consignée",
        by_staff=True,
    ),
)
_PHOTOS = (
    AuditAction("photo.kept", "A photo was kept", "Une photo a été conservée"),
    AuditAction(
        "photo.opened",
        "A photo was opened for a request",
        "Une photo a été ouverte pour une demande",
        by_staff=True,
        opens_data=True,
    ),
    AuditAction("photo.erased", "A photo was erased", "Une photo a été effacée"),
    AuditAction("consent.given", "A consent was given", "Un consentement a été donné"),
    AuditAction("consent.withdrawn", "A consent was withdrawn", "Un consentement a été retiré"),
    AuditAction(
        "consent.settled", "What rested on a consent was erased", "Ce qui reposait sur un consentement a été effacé"
    ),
)
_KEYS = (
    AuditAction("keys.rotation_begun", "A new master key was made", "Une nouvelle clé maîtresse a été créée"),
    AuditAction("keys.rotated", "A former master key was removed", "Une ancienne clé maîtresse a été retirée"),
    AuditAction("keys.backed_up", "The wrapped keys were backed up", "Les clés enveloppées ont été sauvegardées"),
    AuditAction("keys.restored", "Wrapped keys were restored", "Des clés enveloppées ont été restaurées"),
    AuditAction(
        "keys.swept", "Keys and blobs of nothing were removed", "Des clés et fichiers orphelins ont été retirés"
    ),
)
_ACCOUNTS = (
    AuditAction("account.created", "An account was opened", "Un compte a été ouvert"),
    AuditAction("account.confirmed", "An e-mail address was confirmed", "Une adresse e-mail a été confirmée"),
    AuditAction("account.logged_in", "Somebody logged in", "Une personne s’est connectée"),
    AuditAction("account.logged_out", "Somebody logged out", "Une personne s’est déconnectée"),
    AuditAction("account.log_in_refused", "A log-in was refused", "Une connexion a été refusée", denied=True),
    AuditAction(
        "account.code_refused",
        "A code of the second step was refused",
        "Un code de seconde étape a été refusé",
        denied=True,
    ),
    AuditAction("account.reset_asked", "A new password was asked for", "Un nouveau mot de passe a été demandé"),
    AuditAction(
        "account.password_reset",
        "A forgotten password was replaced",
        "Un mot de passe oublié a été remplacé",
    ),
    AuditAction("account.password_changed", "A password was changed", "Un mot de passe a été changé"),
    AuditAction(
        "account.email_change_asked", "A change of e-mail was asked for", "Un changement d’e-mail a été demandé"
    ),
    AuditAction("account.email_changed", "An e-mail was changed", "Un e-mail a été changé"),
    AuditAction("account.session_ended", "A session was ended", "Une session a été fermée"),
    AuditAction("account.sessions_ended", "Other sessions were ended", "D’autres sessions ont été fermées"),
    AuditAction("account.totp_enabled", "The second step was turned on", "La seconde étape a été activée"),
    AuditAction("account.totp_disabled", "The second step was turned off", "La seconde étape a été désactivée"),
    AuditAction("account.recovery_codes_made", "Recovery codes were made", "Des codes de secours ont été créés"),
    AuditAction("account.recovery_code_used", "A recovery code was used", "Un code de secours a été utilisé"),
    AuditAction("account.profile_changed", "A profile was changed", "Un profil a été modifié"),
    AuditAction("account.role_changed", "A role was changed", "Un rôle a été changé", by_staff=True),
    AuditAction(
        "account.lapsed",
        "An account that was never confirmed lapsed",
        "Un compte jamais confirmé est arrivé à son terme",
    ),
    AuditAction(
        "account.lapse_warned",
        "The owner of an unused account was warned of its erasure",
        "Le titulaire d’un compte inutilisé a été averti de son effacement",
    ),
)
_REQUESTS = (
    AuditAction(
        "person.searched", "A person was searched for", "Une personne a été recherchée", by_staff=True, opens_data=True
    ),
    AuditAction("request.received", "A request was received", "Une demande a été reçue"),
    AuditAction("request.assigned", "A request was taken on", "Une demande a été prise en charge", by_staff=True),
    AuditAction("request.moved", "A request changed state", "Une demande a changé d’état", by_staff=True),
    AuditAction("request.identity_code_sent", "An identity code was sent", "Un code d’identité a été envoyé"),
    AuditAction(
        "request.identity_code_wrong", "An identity code was wrong", "Un code d’identité était faux", denied=True
    ),
    AuditAction("request.identity_checked", "An identity was checked", "Une identité a été vérifiée"),
    AuditAction(
        "request.person_named",
        "A request was given its person",
        "Une demande a été rattachée à sa personne",
        by_staff=True,
        opens_data=True,
    ),
    AuditAction("request.extended", "A deadline was extended", "Un délai a été prolongé", by_staff=True),
    AuditAction(
        "request.noted", "A note was added to a request", "Une note a été ajoutée à une demande", by_staff=True
    ),
    AuditAction("request.letter_sent", "A letter was sent", "Une lettre a été envoyée", by_staff=True),
    AuditAction("request.done", "A request was fulfilled", "Une demande a été satisfaite", by_staff=True),
    AuditAction("request.refused", "A request was refused", "Une demande a été refusée", by_staff=True),
    AuditAction("request.withdrawn", "A request was withdrawn", "Une demande a été retirée"),
)
_RIGHTS = (
    AuditAction(
        "request.acted",
        "A request was acted on",
        "Une demande a reçu une suite",
        by_staff=True,
        opens_data=True,
    ),
    AuditAction("person.restricted", "All data was put on hold", "Toutes les données ont été gelées"),
    AuditAction("person.restriction_lifted", "The hold on the data was lifted", "Le gel des données a été levé"),
    AuditAction("person.objected", "An objection was noted", "Une opposition a été enregistrée"),
    AuditAction("person.objection_lifted", "An objection was taken back", "Une opposition a été levée"),
    AuditAction("garment.corrected", "A garment was corrected", "Un vêtement a été corrigé"),
    AuditAction("export.asked", "A copy of the data was asked for", "Une copie des données a été demandée"),
    AuditAction("export.made", "A copy of the data was made", "Une copie des données a été préparée"),
    AuditAction("export.failed", "A copy of the data failed", "Une copie des données a échoué"),
    AuditAction("export.downloaded", "A copy of the data was downloaded", "Une copie des données a été téléchargée"),
    AuditAction("export.download_refused", "A download was refused", "Un téléchargement a été refusé", denied=True),
    AuditAction("export.erased", "A copy of the data was erased", "Une copie des données a été effacée"),
    AuditAction("import.received", "A copy from elsewhere was received", "Une copie venue d’ailleurs a été reçue"),
    AuditAction("import.refused", "A copy from elsewhere was refused", "Une copie venue d’ailleurs a été refusée"),
    AuditAction("import.done", "A copy from elsewhere was taken over", "Une copie venue d’ailleurs a été reprise"),
    AuditAction("import.erased", "A copy from elsewhere was erased", "Une copie venue d’ailleurs a été effacée"),
)
_RETENTION = (
    AuditAction(
        "retention.changed", "A retention period was changed", "Une durée de conservation a changé", by_staff=True
    ),
    AuditAction("purge.finished", "A purge has ended", "Une purge s’est achevée"),
    AuditAction("purge.refused", "A purge was refused", "Une purge a été refusée"),
    AuditAction(
        "purge.clock_accepted",
        "A clock set back was accepted for the purge",
        "Une horloge reculée a été acceptée pour la purge",
        by_staff=True,
    ),
)
_ERASURES = (
    AuditAction("erasure.begun", "An erasure has begun", "Un effacement a commencé"),
    AuditAction("erasure.finished", "An erasure has ended", "Un effacement s’est achevé"),
    AuditAction("erasure.incomplete", "An erasure left traces", "Un effacement a laissé des traces"),
    AuditAction(
        "erasure.replayed",
        "Erasures were done again after a restore",
        "Des effacements ont été refaits après une restauration",
    ),
)
_TRAINING = (
    AuditAction(
        "training.exported", "Photos were exported for training", "Des photos ont été exportées pour l’entraînement"
    ),
    AuditAction("training.destroyed", "Training files were destroyed", "Des fichiers d’entraînement ont été détruits"),
)
_FEEDS = (
    AuditAction("catalogue.feed_received", "A feed was received", "Un flux a été reçu"),
    AuditAction("catalogue.feed_discarded", "A feed was discarded", "Un flux a été écarté"),
    AuditAction("catalogue.exported", "Products were exported", "Des articles ont été exportés"),
    AuditAction("catalogue.import_begun", "The import of a feed was begun", "L’import d’un flux a commencé"),
    AuditAction("catalogue.import_stopped", "The import of a feed was stopped", "L’import d’un flux a été arrêté"),
    AuditAction("catalogue.import_undone", "The import of a feed was undone", "L’import d’un flux a été annulé"),
    AuditAction(
        "catalogue.mapping_saved", "The columns of a feed were saved", "Les colonnes d’un flux ont été gardées"
    ),
    AuditAction(
        "catalogue.mapping_deleted", "Saved columns were deleted", "Des colonnes enregistrées ont été supprimées"
    ),
    AuditAction(
        "catalogue.schedule_saved",
        "The scheduled fetch of a feed was changed",
        "La récupération programmée d’un flux a changé",
    ),
    AuditAction(
        "catalogue.schedule_deleted",
        "The scheduled fetch of a feed was deleted",
        "La récupération programmée d’un flux a été supprimée",
    ),
)
_RULES = (
    AuditAction("catalogue.rule_added", "A merchandising rule was added", "Une règle de mise en avant a été ajoutée"),
    AuditAction(
        "catalogue.rule_changed", "A merchandising rule was changed", "Une règle de mise en avant a été modifiée"
    ),
    AuditAction(
        "catalogue.rule_removed", "A merchandising rule was removed", "Une règle de mise en avant a été supprimée"
    ),
)
_PUTTING_RIGHT = (
    AuditAction(
        "catalogue.put_right",
        "A doubtful product was put right or said to be right",
        "Un article douteux a été corrigé ou dit correct",
    ),
    AuditAction(
        "catalogue.looked_through",
        "A look through the catalogue for faults was asked for",
        "Un examen du catalogue à la recherche de défauts a été demandé",
    ),
)
_LETTERS = (AuditAction("letter.given_up", "A letter could not be sent", "Une lettre n’a pas pu être envoyée"),)
_CLASSIFICATION = (
    AuditAction(
        "catalogue.classifier_trained",
        "A training of the classifier was asked for",
        "Un entraînement du classifieur a été demandé",
    ),
    AuditAction(
        "catalogue.classifier_rolled_back",
        "The earlier classifier was brought back",
        "Le classifieur précédent a été rétabli",
    ),
    AuditAction(
        "catalogue.classifiers_compared",
        "A comparison of the classifiers was asked for",
        "Une comparaison des classifieurs a été demandée",
    ),
    AuditAction(
        "catalogue.suggestions_asked",
        "Suggestions for all products were asked for",
        "Des suggestions pour tous les articles ont été demandées",
    ),
    AuditAction(
        "catalogue.suggestion_decided",
        "A suggestion for a product was decided on",
        "Une suggestion pour un article a été tranchée",
    ),
    AuditAction(
        "catalogue.suggestions_accepted",
        "All sure suggestions were accepted",
        "Toutes les suggestions sûres ont été acceptées",
    ),
)
_CATALOGUE_CHANGES = (
    AuditAction(
        "catalogue.bulk_edited", "Many products were changed at once", "De nombreux articles ont été modifiés d’un coup"
    ),
    AuditAction(
        "catalogue.attributes_corrected",
        "What is read of a product’s picture was corrected",
        "Ce qui est lu de l’image d’un article a été corrigé",
    ),
    AuditAction("catalogue.job_stopped", "A background job was stopped", "Une tâche de fond a été arrêtée"),
    AuditAction("catalogue.undone", "A change of products was undone", "Une modification d’articles a été annulée"),
)

_LISTINGS = (
    AuditAction("catalogue.product_created", "A product was added", "Un article a été ajouté"),
    AuditAction("catalogue.product_changed", "A product was changed", "Un article a été modifié"),
    AuditAction(
        "catalogue.product_withdrawn", "A product was withdrawn from sale", "Un article a été retiré de la vente"
    ),
    AuditAction("catalogue.product_restored", "A product was put back on sale", "Un article a été remis en vente"),
)
_INSIGHT = (
    AuditAction("panel.opened", "A relevance panel was opened", "Un panel de pertinence a été ouvert"),
    AuditAction("panel.closed", "A relevance panel was closed", "Un panel de pertinence a été clos"),
    AuditAction("panel.deleted", "A relevance panel was deleted", "Un panel de pertinence a été supprimé"),
    AuditAction(
        "insight.exported",
        "Anonymous numbers of shoppers were downloaded",
        "Des nombres anonymes sur les clients ont été téléchargés",
    ),
)

_INDEX = (
    AuditAction(
        "catalogue.index_update_asked",
        "An update of the index was asked for",
        "La mise à jour de l’index a été demandée",
    ),
    AuditAction("catalogue.index_rebuild_asked", "A new index was asked for", "Un nouvel index a été demandé"),
    AuditAction(
        "catalogue.index_rollback_asked",
        "The earlier index was asked back",
        "Le retour à l’index précédent a été demandé",
    ),
)
_ALL = (
    *_AUDIT,
    *_BREACHES,
    *_PHOTOS,
    *_KEYS,
    *_ACCOUNTS,
    *_REQUESTS,
    *_RIGHTS,
    *_RETENTION,
    *_ERASURES,
    *_TRAINING,
    *_FEEDS,
    *_INDEX,
    *_LETTERS,
    *_RULES,
    *_PUTTING_RIGHT,
    *_LISTINGS,
    *_CLASSIFICATION,
    *_INSIGHT,
    *_CATALOGUE_CHANGES,
)

ACTIONS: Mapping[str, AuditAction] = {action.name: action for action in _ALL}
