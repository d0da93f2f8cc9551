"""Titles and descriptions of the demo shop, in French and English."""

from dataclasses import dataclass

from demo.spec import GarmentSpec

COLOURS_FR: dict[str, tuple[str, str, str, str]] = {
    "black": ("noir", "noire", "noirs", "noires"),
    "white": ("blanc", "blanche", "blancs", "blanches"),
    "grey": ("gris", "grise", "gris", "grises"),
    "navy": ("bleu marine",) * 4,
    "blue": ("bleu", "bleue", "bleus", "bleues"),
    "light blue": ("bleu ciel",) * 4,
    "red": ("rouge", "rouge", "rouges", "rouges"),
    "burgundy": ("bordeaux",) * 4,
    "pink": ("rose", "rose", "roses", "roses"),
    "orange": ("orange",) * 4,
    "yellow": ("jaune", "jaune", "jaunes", "jaunes"),
    "green": ("vert", "verte", "verts", "vertes"),
    "khaki": ("kaki",) * 4,
    "beige": ("beige", "beige", "beiges", "beiges"),
    "brown": ("marron",) * 4,
    "purple": ("violet", "violette", "violets", "violettes"),
}
"""Colour -> masculine, feminine, masculine plural, feminine plural. Compounds and names of things do not agree."""
_AGREEMENTS = ("m", "f", "mp", "fp")

PATTERNS_FR = {
    "striped": "à rayures",
    "vertical": "à rayures verticales",
    "pinstriped": "à fines rayures",
    "checked": "à carreaux",
    "gingham": "en vichy",
    "dotted": "à pois",
    "floral": "à fleurs",
    "leafy": "à feuillages",
    "graphic": "à imprimé",
}
PATTERNS_EN = {
    "striped": "striped",
    "vertical": "vertical-stripe",
    "pinstriped": "pinstriped",
    "checked": "checked",
    "gingham": "gingham",
    "dotted": "polka-dot",
    "floral": "floral",
    "leafy": "leaf-print",
    "graphic": "printed",
}
PATTERN_NOTES = {
    "striped": ("Des rayures tissées, et non imprimées.", "Stripes that are woven in, not printed."),
    "vertical": (
        "Des rayures verticales qui allongent la silhouette.",
        "Vertical stripes that lengthen the silhouette.",
    ),
    "pinstriped": ("Fines rayures ton sur ton, pour un air de tailleur.", "Fine pinstripes for a tailored note."),
    "checked": ("Carreaux raccordés aux coutures.", "The checks are matched at the seams."),
    "gingham": ("Un vichy franc, souvenir des beaux jours.", "Crisp gingham that recalls long summer days."),
    "dotted": ("Des pois réguliers, gais sans en faire trop.", "Even polka dots, cheerful without overdoing it."),
    "floral": ("Un semis de fleurs dessiné dans notre atelier.", "A scatter of flowers drawn in our own studio."),
    "leafy": ("Un imprimé de feuillages dessiné à la main.", "A leaf print drawn by hand."),
    "graphic": ("Imprimé sérigraphié à l'encre à l'eau.", "Screen-printed with water-based ink."),
}
FOR_CHILDREN = {"girls": ("fille", "girls'"), "boys": ("garçon", "boys'")}


@dataclass(frozen=True)
class Noun:
    """What a garment is called. agreement: m, f, mp or fp, for the French adjectives."""

    fr: str
    agreement: str
    en: str


NOUNS: dict[str, Noun] = {
    "t-shirt": Noun("T-shirt", "m", "T-shirt"),
    "tank top": Noun("Débardeur", "m", "tank top"),
    "long-sleeved top": Noun("Haut", "m", "top"),
    "polo": Noun("Polo", "m", "polo shirt"),
    "shirt": Noun("Chemise", "f", "shirt"),
    "blouse": Noun("Blouse", "f", "blouse"),
    "sweater": Noun("Pull", "m", "sweater"),
    "sweatshirt": Noun("Sweat-shirt", "m", "sweatshirt"),
    "hoodie": Noun("Sweat à capuche", "m", "hoodie"),
    "cardigan": Noun("Cardigan", "m", "cardigan"),
    "jacket": Noun("Blouson", "m", "bomber jacket"),
    "denim jacket": Noun("Veste en jean", "f", "denim jacket"),
    "leather jacket": Noun("Perfecto", "m", "biker jacket"),
    "puffer jacket": Noun("Doudoune", "f", "puffer jacket"),
    "blazer": Noun("Blazer", "m", "blazer"),
    "coat": Noun("Manteau", "m", "coat"),
    "trench coat": Noun("Trench", "m", "trench coat"),
    "jeans": Noun("Jean", "m", "jeans"),
    "trousers": Noun("Pantalon", "m", "trousers"),
    "leggings": Noun("Legging", "m", "leggings"),
    "joggers": Noun("Jogging", "m", "joggers"),
    "shorts": Noun("Short", "m", "shorts"),
    "denim shorts": Noun("Short en jean", "m", "denim shorts"),
    "skirt": Noun("Jupe", "f", "skirt"),
    "pleated skirt": Noun("Jupe plissée", "f", "pleated skirt"),
    "pencil skirt": Noun("Jupe crayon", "f", "pencil skirt"),
    "denim skirt": Noun("Jupe en jean", "f", "denim skirt"),
    "dress": Noun("Robe", "f", "dress"),
    "shirt dress": Noun("Robe chemise", "f", "shirt dress"),
    "slip dress": Noun("Robe nuisette", "f", "slip dress"),
    "knitted dress": Noun("Robe pull", "f", "knitted dress"),
    "jumpsuit": Noun("Combinaison", "f", "jumpsuit"),
    "sneakers": Noun("Baskets", "fp", "sneakers"),
    "high sneakers": Noun("Baskets montantes", "fp", "high-top sneakers"),
    "boots": Noun("Bottes", "fp", "knee boots"),
    "ankle boots": Noun("Bottines", "fp", "ankle boots"),
    "heels": Noun("Escarpins", "mp", "pumps"),
    "sandals": Noun("Sandales", "fp", "sandals"),
    "flats": Noun("Ballerines", "fp", "ballet flats"),
    "loafers": Noun("Mocassins", "mp", "loafers"),
    "cap": Noun("Casquette", "f", "cap"),
    "beanie": Noun("Bonnet", "m", "beanie"),
    "hat": Noun("Chapeau", "m", "hat"),
    "handbag": Noun("Sac à main", "m", "handbag"),
    "tote": Noun("Cabas", "m", "tote bag"),
    "crossbody bag": Noun("Sac bandoulière", "m", "crossbody bag"),
    "backpack": Noun("Sac à dos", "m", "backpack"),
    "belt": Noun("Ceinture", "f", "belt"),
    "scarf": Noun("Écharpe", "f", "scarf"),
    "sunglasses": Noun("Lunettes de soleil", "fp", "sunglasses"),
}


def colour_fr(colour: str, agreement: str) -> str:
    """Return the colour's French adjective in agreement with a noun."""
    return COLOURS_FR[colour][_AGREEMENTS.index(agreement)]


def title_fr(spec: GarmentSpec, cut: str, gender: str) -> str:
    """Return a title such as "Robe longue verte à fleurs"; cut: the French words for the cut, already in agreement."""
    noun = NOUNS[spec.type]
    child = FOR_CHILDREN[gender][0] if gender in FOR_CHILDREN else ""
    words = (noun.fr, child, cut, colour_fr(spec.colour, noun.agreement), PATTERNS_FR.get(spec.pattern, ""))
    return " ".join(word for word in words if word)


def title_en(spec: GarmentSpec, cut: str, gender: str) -> str:
    """Return a title such as "Green floral maxi dress"."""
    child = FOR_CHILDREN[gender][1] if gender in FOR_CHILDREN else ""
    words = (child, spec.colour, PATTERNS_EN.get(spec.pattern, ""), cut, NOUNS[spec.type].en)
    title = " ".join(word for word in words if word)
    return title[0].upper() + title[1:]


def description(sentences: tuple[str, ...], pattern: str, position: int) -> str:
    """Join the sentences of a description; position: 0 for French, 1 for English."""
    note = PATTERN_NOTES.get(pattern)
    return " ".join((*sentences, note[position]) if note else sentences)
