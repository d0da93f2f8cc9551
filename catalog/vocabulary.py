"""The shop's own words: one slug for each category, colour and gender, its labels, and what feeds call it."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Term:
    """A slug, as stored and as used in addresses, and its label in the shop's languages."""

    slug: str
    fr: str
    en: str


class Kind(StrEnum):
    """What a term says of a product."""

    CATEGORY = "category"
    COLOUR = "colour"
    GENDER = "gender"
    PATTERN = "pattern"
    SEASON = "season"


CATEGORIES = (
    Term("t-shirt", "T-shirt", "T-shirt"),
    Term("top", "Haut", "Top"),
    Term("tank-top", "Débardeur", "Tank top"),
    Term("polo-shirt", "Polo", "Polo shirt"),
    Term("shirt", "Chemise", "Shirt"),
    Term("blouse", "Blouse", "Blouse"),
    Term("tunic", "Tunique", "Tunic"),
    Term("kurta", "Kurta", "Kurta"),
    Term("sweater", "Pull", "Sweater"),
    Term("sweatshirt", "Sweat-shirt", "Sweatshirt"),
    Term("hoodie", "Sweat à capuche", "Hoodie"),
    Term("cardigan", "Cardigan", "Cardigan"),
    Term("jacket", "Veste", "Jacket"),
    Term("coat", "Manteau", "Coat"),
    Term("blazer", "Blazer", "Blazer"),
    Term("waistcoat", "Gilet de costume", "Waistcoat"),
    Term("suit", "Costume", "Suit"),
    Term("jeans", "Jean", "Jeans"),
    Term("trousers", "Pantalon", "Trousers"),
    Term("joggers", "Pantalon de jogging", "Joggers"),
    Term("leggings", "Legging", "Leggings"),
    Term("shorts", "Short", "Shorts"),
    Term("skirt", "Jupe", "Skirt"),
    Term("dress", "Robe", "Dress"),
    Term("jumpsuit", "Combinaison", "Jumpsuit"),
    Term("saree", "Sari", "Saree"),
    Term("tracksuit", "Survêtement", "Tracksuit"),
    Term("swimwear", "Maillot de bain", "Swimwear"),
    Term("nightwear", "Vêtement de nuit", "Nightwear"),
    Term("underwear", "Sous-vêtement", "Underwear"),
    Term("socks", "Chaussettes", "Socks"),
    Term("tights", "Collant", "Tights"),
    Term("casual-shoes", "Chaussures décontractées", "Casual shoes"),
    Term("formal-shoes", "Chaussures de ville", "Formal shoes"),
    Term("sneakers", "Baskets", "Sneakers"),
    Term("boots", "Bottes", "Boots"),
    Term("heels", "Chaussures à talons", "Heels"),
    Term("flats", "Ballerines", "Flats"),
    Term("sandals", "Sandales", "Sandals"),
    Term("flip-flops", "Tongs", "Flip-flops"),
    Term("hat", "Chapeau", "Hat"),
    Term("cap", "Casquette", "Cap"),
    Term("bag", "Sac", "Bag"),
    Term("backpack", "Sac à dos", "Backpack"),
    Term("clutch", "Pochette", "Clutch"),
    Term("wallet", "Portefeuille", "Wallet"),
    Term("belt", "Ceinture", "Belt"),
    Term("scarf", "Écharpe", "Scarf"),
    Term("gloves", "Gants", "Gloves"),
    Term("tie", "Cravate", "Tie"),
    Term("sunglasses", "Lunettes de soleil", "Sunglasses"),
    Term("watch", "Montre", "Watch"),
    Term("jewellery", "Bijou", "Jewellery"),
    Term("beauty", "Beauté", "Beauty"),
    Term("accessory", "Accessoire", "Accessory"),
)

COLOURS = (
    Term("black", "Noir", "Black"),
    Term("white", "Blanc", "White"),
    Term("cream", "Écru", "Cream"),
    Term("beige", "Beige", "Beige"),
    Term("brown", "Marron", "Brown"),
    Term("grey", "Gris", "Grey"),
    Term("silver", "Argenté", "Silver"),
    Term("gold", "Doré", "Gold"),
    Term("yellow", "Jaune", "Yellow"),
    Term("orange", "Orange", "Orange"),
    Term("red", "Rouge", "Red"),
    Term("burgundy", "Bordeaux", "Burgundy"),
    Term("pink", "Rose", "Pink"),
    Term("purple", "Violet", "Purple"),
    Term("navy", "Bleu marine", "Navy"),
    Term("blue", "Bleu", "Blue"),
    Term("light-blue", "Bleu clair", "Light blue"),
    Term("turquoise", "Turquoise", "Turquoise"),
    Term("green", "Vert", "Green"),
    Term("olive", "Vert olive", "Olive"),
    Term("khaki", "Kaki", "Khaki"),
    Term("multicolour", "Multicolore", "Multicolour"),
)

GENDERS = (
    Term("women", "Femme", "Women"),
    Term("men", "Homme", "Men"),
    Term("unisex", "Mixte", "Unisex"),
    Term("girls", "Fille", "Girls"),
    Term("boys", "Garçon", "Boys"),
)

PATTERNS = (
    Term("solid", "Uni", "Solid"),
    Term("striped", "Rayé", "Striped"),
    Term("checked", "À carreaux", "Checked"),
    Term("printed", "Imprimé", "Printed"),
    Term("other", "Autre", "Other"),
)

SEASONS = (
    Term("spring", "Printemps", "Spring"),
    Term("summer", "Été", "Summer"),
    Term("fall", "Automne", "Autumn"),
    Term("winter", "Hiver", "Winter"),
)

TERMS = {
    Kind.CATEGORY: CATEGORIES,
    Kind.COLOUR: COLOURS,
    Kind.GENDER: GENDERS,
    Kind.PATTERN: PATTERNS,
    Kind.SEASON: SEASONS,
}

# What feeds say, in English and French, beside slugs and labels. Plurals follow by themselves.
_SYNONYMS = {
    Kind.CATEGORY: {
        "t-shirt": "tee, tee shirt, tshirt",
        "top": "crop top, haut court, bustier",
        "tank-top": "tank, camisole, débardeur, caraco",
        "polo-shirt": "polo",
        "shirt": "chemise, dress shirt, casual shirt, long sleeve, longsleeve",
        "blouse": "chemisier",
        "kurta": "kurti, kurta set",
        "sweater": "jumper, pullover, pull over, knitwear, tricot",
        "sweatshirt": "sweat, sweat shirt, fleece, polaire",
        "hoodie": "hooded sweatshirt, sweat capuche",
        "cardigan": "gilet, shrug, boléro, bolero",
        "jacket": "blouson, perfecto, bomber, parka, windcheater, outwear, outerwear, denim jacket, leather jacket",
        "coat": "trench, trench coat, overcoat, raincoat, imperméable, pardessus, doudoune, down jacket",
        "blazer": "veste de costume, veste de tailleur",
        "waistcoat": "vest, gilet sans manches, nehru jacket",
        "suit": "tailleur",
        "jeans": "jean, denim, denims",
        "trousers": "pants, trouser, chino, slacks, capri, pantacourt, cargo, lounge pants, pantalon chino",
        "joggers": "track pants, jogging, jogger, sweatpants",
        "leggings": "churidar, jegging",
        "shorts": "bermuda, lounge shorts",
        "skirt": "mini jupe, minijupe, jupe longue, mini skirt, maxi skirt",
        "dress": "robe longue, robe courte, maxi dress, gown",
        "jumpsuit": "romper, playsuit, combishort, salopette, dungarees, overall",
        "saree": "sari",
        "tracksuit": "jogging complet, ensemble de sport",
        "swimwear": "swimsuit, bikini, maillot",
        "nightwear": "pyjama, pajamas, night suit, nightdress, chemise de nuit, loungewear",
        "underwear": (
            "brief, boxer, bra, trunk, innerwear vest, lingerie, slip, culotte, caleçon, soutien gorge, "
            "undershirt, maillot de corps, panties"
        ),
        "socks": "chaussette, sock",
        "tights": "stocking, bas, hosiery",
        "casual-shoes": "shoes, shoe, chaussures, chaussure, loafers, mocassins, espadrilles",
        "formal-shoes": "derbies, derby, oxfords, richelieus, brogues, dress shoes",
        "sneakers": "sports shoes, sport shoes, trainers, running shoes, basket, tennis shoes, chaussures de sport",
        "boots": "boot, botte, bottine, ankle boot, chelsea boots",
        "heels": "pumps, escarpins, stilettos, talons, high heels, wedges",
        "flats": "ballerine, ballet flats, ballerinas",
        "sandals": "sandale, sports sandals, mules",
        "flip-flops": "tong, flipflop, slippers, claquettes, slides",
        "hat": "beanie, bonnet, fedora, panama, bob, bucket hat, béret, headwear",
        "cap": "baseball cap",
        "bag": (
            "handbag, sac à main, tote, tote bag, shoulder bag, crossbody bag, laptop bag, duffel bag, messenger bag, "
            "waist pouch, mobile pouch, sac bandoulière, besace, cabas, sac de voyage, travel accessory, purse"
        ),
        "backpack": "rucksack, sac dos",
        "clutch": "clutch bag, evening bag, minaudière",
        "wallet": "porte monnaie, porte cartes, card holder, portefeuilles",
        "scarf": "muffler, stole, dupatta, shawl, foulard, châle, étole, snood, scarves, cheche",
        "gloves": "glove, gant, mittens, moufles",
        "tie": "necktie, bow tie, nœud papillon, noeud papillon",
        "sunglasses": "eyewear, lunettes, glasses",
        "watch": "montre bracelet, wristwatch, watches",
        "jewellery": (
            "jewelry, jewel, necklace, necklace and chains, bracelet, earring, ring, cufflink, pendant, bangle, "
            "collier, bague, boucles d'oreilles, bouton de manchette"
        ),
        "beauty": "perfume, perfume and body mist, parfum, deodorant, fragrance, fragrance gift set, cosmetics",
        "accessory": (
            "accessories, accessory gift set, free gift, shoe accessory, umbrella, parapluie, headband, bandeau, "
            "suspenders, bretelles, keychain, football, sports equipment, hair accessory"
        ),
    },
    Kind.COLOUR: {
        "black": "noire, jet black, noir",
        "white": "blanche, snow white",
        "cream": "écrue, ecru, crème, off white, ivory, ivoire, blanc cassé",
        "beige": "taupe, nude, skin, sand, sable, camel, chair",
        "brown": "brun, brune, tan, coffee brown, chocolate, chocolat, cognac, copper, cuivre, bronze, rust, rouille",
        "grey": "gray, grise, charcoal, anthracite, grey melange, gris chiné, light grey, dark grey, gris clair",
        "silver": "argent, argentée, steel, acier, metallic, métallisé, chrome",
        "gold": "or, dorée, golden, rose gold",
        "yellow": "mustard, moutarde, lemon, citron",
        "orange": "peach, pêche, coral, corail, apricot, abricot",
        "red": "vermilion, scarlet, écarlate",
        "burgundy": "maroon, wine, lie de vin, bordeau",
        "pink": "magenta, fuchsia, blush, light pink, rose clair, rose poudré, hot pink",
        "purple": "violette, lavender, lavande, mauve, lilac, lilas, plum, prune, aubergine",
        "navy": "navy blue, marine, dark blue, bleu foncé, bleu nuit, midnight blue",
        "blue": "bleue, royal blue, bleu roi, denim, indigo",
        "light-blue": "sky blue, bleu ciel, baby blue, pale blue, bleu pâle",
        "turquoise": "turquoise blue, teal, cyan, aqua, bleu canard",
        "green": (
            "verte, sea green, fluorescent green, lime green, lime, dark green, vert foncé, vert sapin, light green, "
            "emerald, émeraude, mint, menthe, vert clair, bottle green"
        ),
        "olive": "olive green",
        "khaki": "kaki, vert kaki",
        "multicolour": "multi, multicolor, multi colour, multi color, multicoloured, multicolored, assorted, various",
    },
    Kind.GENDER: {
        "women": "woman, female, f, w, ladies, lady, femmes, dame, féminin, womens, women s",
        "men": "man, male, m, h, gents, gentlemen, hommes, masculin, monsieur, mens, men s",
        "unisex": "u, mixed, unisexe, adult, adults, all, neutral",
        "girls": "girl, filles, fillette",
        "boys": "boy, garçons, garcons",
    },
    Kind.PATTERN: {
        "solid": "plain, unie, uniform, solid colour, solid color, none, aucun",
        "striped": "stripes, stripe, striped pattern, rayures, rayée, marinière, pinstripe, pin stripe",
        "checked": "checks, check, chequered, checkered, plaid, tartan, gingham, vichy, carreaux, damier, houndstooth",
        "printed": (
            "print, imprimée, floral, flowers, flower, fleuri, fleurie, fleurs, graphic, graphique, geometric, "
            "géométrique, polka dot, polka dots, dots, pois, à pois, leopard, léopard, animal print, camouflage, "
            "paisley, logo, tropical, abstract, abstrait"
        ),
        "other": "others, autres, divers, mixed",
    },
    Kind.SEASON: {
        "fall": "autumn",
    },
}

_MAX_SLUG_CHARACTERS = 60


def label_of(kind: Kind | str, slug: str, language: str) -> str:
    """Return the label in `language` (French or, for any other, English); the slug as words when it has none."""
    term = _BY_SLUG[Kind(kind)].get(slug)
    if term is None:
        return slug.replace("-", " ").capitalize()
    return term.fr if language.startswith("fr") else term.en


def slugs(kind: Kind | str) -> tuple[str, ...]:
    """Return the known slugs, in the shop's order."""
    return tuple(_BY_SLUG[Kind(kind)])


def canonical(kind: Kind | str, text: str) -> str | None:
    """Return the slug that a feed's word means, whatever its case, accents, language or number; None when unknown."""
    words = as_slug(text)
    return next((slug for form in _forms(words) if (slug := _BY_WORDS[Kind(kind)].get(form))), None)


def canonical_category(text: str) -> str:
    """Return the slug that a category's name means, or a path of them ("Women > Dresses"): the deepest that is known.

    An unknown one is kept, as a slug of its own.
    """
    names = [name for name in text.split(">") if as_slug(name)]
    known = next((slug for name in reversed(names) if (slug := canonical(Kind.CATEGORY, name))), None)
    return known or own_slug(names[-1] if names else text)


def own_slug(text: str) -> str:
    """Return a shop's own word as a slug; empty when it has no Latin letter."""
    return as_slug(text)[:_MAX_SLUG_CHARACTERS].strip("-")


def as_slug(text: str) -> str:
    """Return `text` in lower-case letters and digits of ASCII, with single hyphens between words; may be empty."""
    folded = (
        unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe")).encode("ascii", "ignore").decode()
    )
    return re.sub(r"[^a-z0-9]+", "-", folded.lower()).strip("-")


def _forms(words: str) -> list[str]:
    """The word and the singulars it may be the plural of (English -s, -es, -ies; French -s, -x)."""
    forms = [words]
    for ending, singular in (("s", ""), ("es", ""), ("ies", "y"), ("x", "")):
        if words.endswith(ending) and len(words) > len(ending) + 2:
            forms.append(words[: -len(ending)] + singular)
    return forms


def _words_of(kind: Kind) -> dict[str, str]:
    table: dict[str, str] = {}
    for slug, synonyms in _SYNONYMS[kind].items():
        table.update(dict.fromkeys((as_slug(synonym) for synonym in synonyms.split(",")), slug))
    for term in TERMS[kind]:
        table.update({as_slug(name): term.slug for name in (term.fr, term.en, term.slug)})
    return table


_BY_SLUG = {kind: {term.slug: term for term in terms} for kind, terms in TERMS.items()}
_BY_WORDS = {kind: _words_of(kind) for kind in Kind}
