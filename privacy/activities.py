"""The processing activities, one for each category of data: what the register (Art. 30) says of the columns.

A table's columns name one of them: `mapped_column(…, info=personal(PHOTOS, Protection.SEALED))`.
"""

from collections.abc import Mapping

from privacy.declarations import Activity, Category, LegalBasis

PHOTOS = Activity(
    name="photos",
    category=Category.PHOTOS,
    title_fr="Photos",
    title_en="Photos",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Photo de vêtements portés, vêtements découpés, étiquettes, empreintes numériques, dates",
    data_en="Photo of clothes worn, crops of garments, labels, embeddings, times",
    purpose_fr="Reconnaître les vêtements d’une photo envoyée et proposer des articles similaires.",
    purpose_en="Recognise the clothes in a photo that was sent, and suggest similar items.",
    legal_basis=LegalBasis.CONSENT,
    recipients_fr="La personne elle-même ; le personnel n’y a accès que si une demande l’exige, le motif étant noté. "
    "L’hébergeur ne détient que des octets chiffrés.",
    recipients_en="The person alone; staff only where a request needs it, with the reason recorded. "
    "The host holds encrypted bytes only.",
    erasure_fr="La clé de la photo est détruite, puis l’original, les vêtements découpés et la lecture sont effacés.",
    erasure_en="The photo’s key is destroyed, then the original, the crops and the reading are erased.",
)

CONSENTS = Activity(
    name="consents",
    category=Category.CONSENTS,
    title_fr="Consentements et oppositions",
    title_en="Consents and objections",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Finalité, version et empreinte du texte lu, langue, dates",
    data_en="Purpose, version and hash of the text read, language, times",
    purpose_fr="Prouver qu’un consentement a été donné, à quel texte et quand, et respecter les "
    "oppositions et les limitations.",
    purpose_en="Prove that a consent was given, to which text and when, and honour objections and restrictions.",
    legal_basis=LegalBasis.LEGAL_OBLIGATION,
    recipients_fr="Le délégué à la protection des données.",
    recipients_en="The privacy officer.",
    erasure_fr="Le retrait vaut dès la requête suivante ; la ligne, pseudonyme compris, est effacée à l’échéance "
    "ou avec la personne.",
    erasure_en="Withdrawal acts from the next request on; the row, pseudonym included, is erased at its term "
    "or with the person.",
)

WARDROBE = Activity(
    name="wardrobe",
    category=Category.WARDROBE,
    title_fr="Garde-robe",
    title_en="Wardrobe",
    people_fr="Clients avec un compte",
    people_en="Customers with an account",
    data_fr="Vêtements choisis, noms donnés, dates",
    data_en="Garments chosen, names given, times",
    purpose_fr="Garder dans la garde-robe d’une personne les photos et vêtements qu’elle y a mis.",
    purpose_en="Keep in a person’s wardrobe the photos and garments that they put there.",
    legal_basis=LegalBasis.CONSENT,
    recipients_fr="La personne elle-même.",
    recipients_en="The person alone.",
    erasure_fr="Chaque vêtement peut être retiré par la personne ; tout part avec la photo, "
    "le consentement ou le compte.",
    erasure_en="Each garment can be taken out by the person; all goes with the photo, the consent or the account.",
)

STATISTICS = Activity(
    name="statistics",
    category=Category.STATISTICS,
    title_fr="Statistiques",
    title_en="Statistics",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Sorte et couleur de vêtement, jour",
    data_en="Kind and colour of garment, day",
    purpose_fr="Compter les vêtements des photos dans des statistiques anonymes.",
    purpose_en="Count the garments of photos in anonymous statistics.",
    legal_basis=LegalBasis.CONSENT,
    recipients_fr="L’équipe de la boutique, sous forme de nombres anonymes seulement.",
    recipients_en="The shop’s team, as anonymous counts only.",
    erasure_fr="La contribution d’une photo est retranchée avec son consentement ; des totaux ne désignent personne.",
    erasure_en="A photo’s contribution is taken out with its consent; totals point at nobody.",
)

TRAINING = Activity(
    name="training",
    category=Category.TRAINING,
    title_fr="Amélioration des modèles",
    title_en="Improvement of the models",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Photo, vêtements découpés",
    data_en="Photo, crops of garments",
    purpose_fr="Améliorer les modèles qui reconnaissent les vêtements.",
    purpose_en="Improve the models that recognise clothes.",
    legal_basis=LegalBasis.CONSENT,
    recipients_fr="L’équipe qui entraîne les modèles, dans l’Union européenne.",
    recipients_en="The team that trains the models, within the European Union.",
    erasure_fr="La photo quitte la réserve d’entraînement dès le retrait du consentement.",
    erasure_en="The photo leaves the training pool as soon as the consent is withdrawn.",
)

ACCOUNTS = Activity(
    name="accounts",
    category=Category.ACCOUNTS,
    title_fr="Comptes",
    title_en="Accounts",
    people_fr="Clients avec un compte et personnel",
    people_en="Customers with an account, and staff",
    data_fr="Adresse électronique, nom, préférences, mot de passe haché, rôle, langue, dates",
    data_en="E-mail address, name, preferences, hashed password, role, language, times",
    purpose_fr="Ouvrir et tenir un compte, envoyer les lettres qui le concernent.",
    purpose_en="Open and keep an account, send the letters that concern it.",
    legal_basis=LegalBasis.CONTRACT,
    recipients_fr="La personne elle-même ; le service d’envoi de courriels de la boutique, pour l’adresse seule.",
    recipients_en="The person alone; the shop’s mail service, for the address alone.",
    erasure_fr="La ligne du compte, adresse chiffrée comprise, est effacée ; l’empreinte du pseudonyme ne mène plus "
    "à personne.",
    erasure_en="The account’s row, sealed address included, is erased; the pseudonym’s hash leads to nobody any more.",
)

SESSIONS = Activity(
    name="sessions",
    category=Category.SESSIONS,
    title_fr="Sessions et connexions",
    title_en="Sessions and log-ins",
    people_fr="Clients avec un compte et personnel",
    people_en="Customers with an account, and staff",
    data_fr="Jetons hachés, appareil, adresse réseau hachée, dates",
    data_en="Hashed tokens, device, hashed network address, times",
    purpose_fr="Reconnaître une personne connectée et la protéger des connexions abusives.",
    purpose_en="Recognise a person who is logged in, and protect them from abusive log-ins.",
    legal_basis=LegalBasis.LEGITIMATE_INTEREST,
    recipients_fr="La personne elle-même, qui voit et ferme ses sessions.",
    recipients_en="The person alone, who sees and ends their sessions.",
    erasure_fr="La session est effacée à la déconnexion, à son terme ou avec le compte.",
    erasure_en="The session is erased at log-out, at its term, or with the account.",
)

REQUESTS = Activity(
    name="requests",
    category=Category.REQUESTS,
    title_fr="Demandes des personnes",
    title_en="Requests of persons",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Demande, échanges, vérification d’identité, dates",
    data_en="Request, correspondence, identity check, times",
    purpose_fr="Répondre dans les délais aux demandes d’exercice des droits (art. 12 à 22).",
    purpose_en="Answer requests about a person’s rights in time (Art. 12 to 22).",
    legal_basis=LegalBasis.LEGAL_OBLIGATION,
    recipients_fr="Le délégué à la protection des données ; la CNIL si elle le demande.",
    recipients_en="The privacy officer; the supervisory authority if it asks.",
    erasure_fr="Le dossier est effacé à son terme, les textes étant chiffrés jusque-là.",
    erasure_en="The file is erased at its term; its texts are encrypted until then.",
)

EXPORTS = Activity(
    name="exports",
    category=Category.EXPORTS,
    title_fr="Copies remises aux personnes",
    title_en="Copies for persons",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Archive des données de la personne",
    data_en="Archive of the person’s data",
    purpose_fr="Remettre à une personne une copie de ses données (art. 15 et 20).",
    purpose_en="Hand a person a copy of their data (Art. 15 and 20).",
    legal_basis=LegalBasis.LEGAL_OBLIGATION,
    recipients_fr="La personne elle-même.",
    recipients_en="The person alone.",
    erasure_fr="L’archive chiffrée et sa clé sont effacées peu de jours après leur création.",
    erasure_en="The encrypted archive and its key are erased a few days after they were made.",
)

ERASURES = Activity(
    name="erasures",
    category=Category.ERASURES,
    title_fr="Effacements",
    title_en="Erasures",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Empreintes sous clé, étapes, dates, reçu",
    data_en="Keyed hashes, steps, times, receipt",
    purpose_fr="Mener les effacements à leur terme, les prouver par un reçu, et les refaire après une restauration.",
    purpose_en="Carry erasures to their end, prove them by a receipt, and do them again after a restore.",
    legal_basis=LegalBasis.LEGAL_OBLIGATION,
    recipients_fr="Le délégué à la protection des données ; la personne, pour son reçu.",
    recipients_en="The privacy officer; the person, for their receipt.",
    erasure_fr="Il ne reste que des empreintes sous clé, effacées quand aucune sauvegarde "
    "ne peut plus ramener la personne.",
    erasure_en="Only keyed hashes stay, erased once no backup can bring the person back.",
)

AUDIT = Activity(
    name="audit",
    category=Category.AUDIT,
    title_fr="Journal d’audit",
    title_en="Audit log",
    people_fr="Clients, visiteurs et personnel",
    people_en="Customers, visitors and staff",
    data_fr="Pseudonyme, acte, motif, date",
    data_en="Pseudonym, act, reason, time",
    purpose_fr="Montrer qui a fait quoi, quand et pourquoi, et déceler les accès anormaux (art. 5(2) et 32).",
    purpose_en="Show who did what, when and why, and notice abnormal access (Art. 5(2) and 32).",
    legal_basis=LegalBasis.LEGAL_OBLIGATION,
    recipients_fr="Le délégué à la protection des données ; la CNIL si elle le demande.",
    recipients_en="The privacy officer; the supervisory authority if it asks.",
    erasure_fr="Le journal est en ajout seul et ne tient que des pseudonymes : après un effacement, ils ne mènent "
    "plus à personne. Il n’est pas purgé avant son terme légal.",
    erasure_en="The log is append-only and holds pseudonyms alone: after an erasure they lead to nobody any more. "
    "It is not purged before its legal term.",
)

BREACHES = Activity(
    name="breaches",
    category=Category.BREACHES,
    title_fr="Violations de données",
    title_en="Data breaches",
    people_fr="Personnes concernées par une violation, sans les nommer",
    people_en="People concerned by a breach, without naming them",
    data_fr="Nature, étendue, mesures, dates",
    data_en="Nature, extent, measures, times",
    purpose_fr="Documenter les violations de données et les notifier sous 72 heures (art. 33 et 34).",
    purpose_en="Document data breaches and notify them within 72 hours (Art. 33 and 34).",
    legal_basis=LegalBasis.LEGAL_OBLIGATION,
    recipients_fr="Le délégué à la protection des données ; la CNIL ; les personnes concernées.",
    recipients_en="The privacy officer; the supervisory authority; the people concerned.",
    erasure_fr="La fiche décrit la violation sans nommer personne ; elle est gardée pour la CNIL.",
    erasure_en="The record describes the breach and names nobody; it is kept for the supervisory authority.",
)

KEYS = Activity(
    name="keys",
    category=Category.KEYS,
    title_fr="Clés de chiffrement",
    title_en="Encryption keys",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Clés chiffrées",
    data_en="Wrapped keys",
    purpose_fr="Chiffrer les données de chaque personne sous une clé qui peut être détruite (art. 32).",
    purpose_en="Encrypt each person’s data under a key that can be destroyed (Art. 32).",
    legal_basis=LegalBasis.LEGAL_OBLIGATION,
    recipients_fr="Personne : les clés sont elles-mêmes chiffrées sous la clé maîtresse.",
    recipients_en="Nobody: the keys are themselves encrypted under the master key.",
    erasure_fr="La clé est détruite la première, et ce qu’elle ouvrait devient illisible.",
    erasure_en="The key is destroyed first, and what it opened becomes unreadable.",
)

JOBS = Activity(
    name="jobs",
    category=Category.JOBS,
    title_fr="Travaux de fond",
    title_en="Background jobs",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Pseudonyme, avancement, dates",
    data_en="Pseudonym, progress, times",
    purpose_fr="Mener à bien les travaux de fond demandés, et montrer leur avancement.",
    purpose_en="Carry out the background work that was asked for, and show how far it is.",
    legal_basis=LegalBasis.LEGITIMATE_INTEREST,
    recipients_fr="L’équipe de la boutique ; un travail ne nomme une personne que par son pseudonyme.",
    recipients_en="The shop’s team; a job names a person by pseudonym only.",
    erasure_fr="Un travail terminé est effacé à son terme, ou avec la personne qu’il concerne.",
    erasure_en="A finished job is erased at its term, or with the person whom it concerns.",
)

CATALOGUE_WORK = Activity(
    name="catalogue work",
    category=Category.CATALOGUE_WORK,
    title_fr="Travail sur le catalogue",
    title_en="Work on the catalogue",
    people_fr="Personnel de la boutique",
    people_en="The shop’s staff",
    data_fr="Pseudonyme et rôle, ce qui a été fait aux articles, vues enregistrées, dates",
    data_en="Pseudonym and role, what was done to products, saved views, times",
    purpose_fr="Savoir qui a changé un article, pouvoir revenir en arrière, et retrouver ses propres listes.",
    purpose_en="Know who changed a product, be able to take it back, and find one’s own lists again.",
    legal_basis=LegalBasis.LEGITIMATE_INTEREST,
    recipients_fr="L’équipe de la boutique, sous un pseudonyme abrégé.",
    recipients_en="The shop’s team, under a shortened pseudonym.",
    erasure_fr="L’historique perd le pseudonyme avec le compte et est effacé à son terme ; les vues partent avec "
    "le compte.",
    erasure_en="The history loses the pseudonym with the account and is erased at its term; views go with the account.",
)

FAVOURITES = Activity(
    name="favourites",
    category=Category.FAVOURITES,
    title_fr="Favoris",
    title_en="Favourites",
    people_fr="Clients avec un compte",
    people_en="Customers with an account",
    data_fr="Articles choisis, dates",
    data_en="Items chosen, times",
    purpose_fr="Garder sous la main les articles qu’une personne a choisis ; les compter dans des statistiques "
    "anonymes.",
    purpose_en="Keep at hand the items that a person chose; count them in anonymous statistics.",
    legal_basis=LegalBasis.CONTRACT,
    recipients_fr="La personne elle-même ; l’équipe de la boutique, sous forme de nombres anonymes seulement.",
    recipients_en="The person alone; the shop’s team, as anonymous counts only.",
    erasure_fr="Chaque favori peut être retiré par la personne ; tout part à son terme ou avec le compte.",
    erasure_en="Each favourite can be taken away by the person; all goes at its term or with the account.",
)

OPINIONS = Activity(
    name="opinions",
    category=Category.OPINIONS,
    title_fr="Avis sur les résultats",
    title_en="Opinions of matches",
    people_fr="Clients avec un compte, visiteurs et personnel",
    people_en="Customers with an account, visitors and staff",
    data_fr="Article jugé, avis, jour",
    data_en="Item judged, opinion, day",
    purpose_fr="Mesurer si les articles proposés répondent à ce qui était cherché.",
    purpose_en="Measure whether the items suggested answer what was looked for.",
    legal_basis=LegalBasis.LEGITIMATE_INTEREST,
    recipients_fr="L’équipe de la boutique, sous forme de nombres anonymes seulement.",
    recipients_en="The shop’s team, as anonymous counts only.",
    erasure_fr="Un avis peut être repris d’un geste ; tous partent avec une opposition aux statistiques, à leur terme "
    "ou avec la personne.",
    erasure_en="An opinion can be taken back with one press; all go with an objection to statistics, at their term "
    "or with the person.",
)

SEARCHES = Activity(
    name="searches",
    category=Category.SEARCHES,
    title_fr="Recherches comptées",
    title_en="Counted searches",
    people_fr="Clients avec un compte et visiteurs",
    people_en="Customers with an account, and visitors",
    data_fr="Sorte et couleur de vêtement cherchées, si la boutique l’avait, si un résultat a été ouvert, jour ; "
    "jamais les mots",
    data_en="Kind and colour of garment looked for, whether the shop had it, whether a match was opened, day; "
    "never the words",
    purpose_fr="Compter dans des statistiques anonymes ce qui est cherché ; avec une photo, seulement si la personne "
    "a consenti aux statistiques.",
    purpose_en="Count in anonymous statistics what is looked for; with a photo, only if the person consented to "
    "statistics.",
    legal_basis=LegalBasis.LEGITIMATE_INTEREST,
    recipients_fr="L’équipe de la boutique, sous forme de nombres anonymes seulement.",
    recipients_en="The shop’s team, as anonymous counts only.",
    erasure_fr="Le décompte part avec le consentement retiré, la photo effacée, une opposition, ou la personne, "
    "et à son terme.",
    erasure_en="The count goes with the withdrawn consent, the erased photo, an objection, or the person, "
    "and at its term.",
)

ACTIVITIES: Mapping[Category, Activity] = {
    activity.category: activity
    for activity in (
        PHOTOS,
        CONSENTS,
        WARDROBE,
        STATISTICS,
        TRAINING,
        ACCOUNTS,
        SESSIONS,
        REQUESTS,
        EXPORTS,
        ERASURES,
        AUDIT,
        BREACHES,
        KEYS,
        JOBS,
        CATALOGUE_WORK,
        FAVOURITES,
        OPINIONS,
        SEARCHES,
    )
}
"""The register's rows, in its order."""
