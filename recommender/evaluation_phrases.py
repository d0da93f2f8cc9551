"""Words to search with, and which products answer them: what `flask vision evaluate retrieval` asks.

Plain words are made of a type and a colour ("red dress", "robe rouge"). The paraphrases are fixed: they say the same
things by other words and were written without sight of the captions that the text encoder learns from.
"""

from collections.abc import Iterable
from dataclasses import dataclass

ENGLISH, FRENCH = "English", "French"


@dataclass(frozen=True)
class Phrase:
    """Words, and the rule that an answer keeps: its type, colour and usage stand in these sets (empty: anything)."""

    text: str
    language: str
    types: frozenset[str] = frozenset()
    colours: frozenset[str] = frozenset()
    usages: frozenset[str] = frozenset()

    def is_answered_by(self, *, type_name: str, colour: str, usage: str) -> bool:
        """Say whether a product of this articleType, baseColour and usage is right."""
        rules = ((self.types, type_name), (self.colours, colour), (self.usages, usage))
        return all(not wanted or value in wanted for wanted, value in rules)


@dataclass(frozen=True)
class FrenchNoun:
    """A French noun with what its adjective agrees with."""

    word: str
    feminine: bool = False
    plural: bool = False


NOUNS: dict[str, tuple[str, FrenchNoun]] = {
    "Tshirts": ("t-shirt", FrenchNoun("t-shirt")),
    "Shirts": ("shirt", FrenchNoun("chemise", feminine=True)),
    "Tops": ("top", FrenchNoun("haut")),
    "Kurtas": ("kurta", FrenchNoun("kurta", feminine=True)),
    "Sweaters": ("sweater", FrenchNoun("pull")),
    "Sweatshirts": ("sweatshirt", FrenchNoun("sweat")),
    "Jackets": ("jacket", FrenchNoun("veste", feminine=True)),
    "Trousers": ("trousers", FrenchNoun("pantalon")),
    "Jeans": ("jeans", FrenchNoun("jean")),
    "Track Pants": ("track pants", FrenchNoun("pantalon de survêtement")),
    "Shorts": ("shorts", FrenchNoun("short")),
    "Skirts": ("skirt", FrenchNoun("jupe", feminine=True)),
    "Dresses": ("dress", FrenchNoun("robe", feminine=True)),
    "Casual Shoes": ("casual shoes", FrenchNoun("chaussures décontractées", feminine=True, plural=True)),
    "Sports Shoes": ("sports shoes", FrenchNoun("chaussures de sport", feminine=True, plural=True)),
    "Formal Shoes": ("formal shoes", FrenchNoun("chaussures habillées", feminine=True, plural=True)),
    "Heels": ("heels", FrenchNoun("chaussures à talons", feminine=True, plural=True)),
    "Flats": ("flat shoes", FrenchNoun("chaussures plates", feminine=True, plural=True)),
    "Sandals": ("sandals", FrenchNoun("sandales", feminine=True, plural=True)),
    "Flip Flops": ("flip flops", FrenchNoun("tongs", feminine=True, plural=True)),
    "Watches": ("watch", FrenchNoun("montre", feminine=True)),
    "Sunglasses": ("sunglasses", FrenchNoun("lunettes de soleil", feminine=True, plural=True)),
    "Handbags": ("handbag", FrenchNoun("sac à main")),
    "Backpacks": ("backpack", FrenchNoun("sac à dos")),
    "Wallets": ("wallet", FrenchNoun("portefeuille")),
    "Belts": ("belt", FrenchNoun("ceinture", feminine=True)),
    "Socks": ("socks", FrenchNoun("chaussettes", feminine=True, plural=True)),
    "Caps": ("cap", FrenchNoun("casquette", feminine=True)),
    "Ties": ("tie", FrenchNoun("cravate", feminine=True)),
    "Briefs": ("briefs", FrenchNoun("slip")),
    "Scarves": ("scarf", FrenchNoun("foulard")),
}
"""articleType -> its plain English and French name."""

COLOURS: dict[str, tuple[str, tuple[str, str, str, str]]] = {
    "Black": ("black", ("noir", "noire", "noirs", "noires")),
    "White": ("white", ("blanc", "blanche", "blancs", "blanches")),
    "Grey": ("grey", ("gris", "grise", "gris", "grises")),
    "Blue": ("blue", ("bleu", "bleue", "bleus", "bleues")),
    "Navy Blue": ("navy blue", ("bleu marine",) * 4),
    "Brown": ("brown", ("marron",) * 4),
    "Beige": ("beige", ("beige", "beige", "beiges", "beiges")),
    "Red": ("red", ("rouge", "rouge", "rouges", "rouges")),
    "Maroon": ("maroon", ("bordeaux",) * 4),
    "Pink": ("pink", ("rose", "rose", "roses", "roses")),
    "Purple": ("purple", ("violet", "violette", "violets", "violettes")),
    "Green": ("green", ("vert", "verte", "verts", "vertes")),
    "Olive": ("olive", ("olive",) * 4),
    "Yellow": ("yellow", ("jaune", "jaune", "jaunes", "jaunes")),
    "Orange": ("orange", ("orange",) * 4),
}
"""baseColour -> its English name; French: masculine, feminine, masculine plural, feminine plural."""


def plain_phrases(kinds: Iterable[tuple[str, str]]) -> list[Phrase]:
    """Return "red dress" and "robe rouge" for each (articleType, baseColour) that has plain names, both once."""
    asked = sorted({(kind, colour) for kind, colour in kinds if kind in NOUNS and colour in COLOURS})
    return [phrase for kind, colour in asked for phrase in (_english(kind, colour), _french(kind, colour))]


def _english(kind: str, colour: str) -> Phrase:
    return Phrase(f"{COLOURS[colour][0]} {NOUNS[kind][0]}", ENGLISH, frozenset({kind}), frozenset({colour}))


def _french(kind: str, colour: str) -> Phrase:
    noun = NOUNS[kind][1]
    adjective = COLOURS[colour][1][noun.feminine + 2 * noun.plural]
    return Phrase(f"{noun.word} {adjective}", FRENCH, frozenset({kind}), frozenset({colour}))


CHANGE_COLOURS = ("Black", "White", "Blue", "Red", "Green", "Grey", "Brown", "Pink", "Purple", "Yellow")


def change_phrases(colour: str) -> dict[str, str]:
    """Return by language how a shopper asks for another colour of what the photo shows: "this, in blue"."""
    english, french = COLOURS[colour]
    return {ENGLISH: f"this, in {english}", FRENCH: f"le même en {french[0]}"}


def paraphrases() -> list[Phrase]:
    """Return the fixed phrases, English first."""
    return [
        _read(line, language) for language, lines in ((ENGLISH, _IN_ENGLISH), (FRENCH, _IN_FRENCH)) for line in lines
    ]


def _read(line: tuple[str, ...], language: str) -> Phrase:
    text, types, colours, usages = (*line, "", "", "")[:4]
    return Phrase(text, language, *(frozenset(filter(None, part.split("|"))) for part in (types, colours, usages)))


_TEES, _JUMPERS, _BOTTOMS = "Tshirts", "Sweaters|Sweatshirts", "Trousers|Jeans|Track Pants"
_SNEAKERS, _TRAINERS = "Casual Shoes|Sports Shoes", "Sports Shoes"
_OPEN_SHOES = "Sandals|Flip Flops|Flats|Sports Sandals"
_ANY_SHOES = "Casual Shoes|Sports Shoes|Formal Shoes|Flats|Heels|Sandals|Flip Flops|Sports Sandals"
_BAGS = "Handbags|Backpacks|Clutches|Messenger Bag|Laptop Bag|Duffel Bag|Rucksacks|Waist Pouch"
_SUITABLE = "Shirts|Trousers|Ties|Formal Shoes|Belts|Blazers|Cufflinks"
_REDS, _WINES, _PINKS = "Red", "Maroon|Burgundy", "Pink|Magenta|Peach"
_BLUES, _NAVIES = "Blue|Turquoise Blue|Teal", "Navy Blue"
_GREENS, _KHAKIS = "Green|Sea Green|Fluorescent Green", "Olive|Khaki"
_BROWNS, _SANDS, _WHITES = "Brown|Coffee Brown|Tan|Rust", "Beige|Cream|Off White|Tan|Khaki", "White|Off White|Cream"
_GREYS, _PURPLES = "Grey|Grey Melange|Charcoal", "Purple|Lavender|Mauve"
_YELLOWS, _METALS = "Yellow|Mustard|Gold", "Silver|Steel|Metallic|Grey"

# (words, article types, base colours, usages), each a list by "|"; nothing stands for anything.
_IN_ENGLISH: tuple[tuple[str, ...], ...] = (
    ("scarlet tee", _TEES, _REDS),
    ("crimson crew neck for summer days", _TEES, f"{_REDS}|{_WINES}"),
    ("jet black tee", _TEES, "Black"),
    ("snow-white cotton tee", _TEES, _WHITES),
    ("ash coloured tee", _TEES, _GREYS),
    ("tee the colour of the sky", _TEES, _BLUES),
    ("midnight blue polo", _TEES, _NAVIES),
    ("emerald tee", _TEES, _GREENS),
    ("lemon coloured tee", _TEES, _YELLOWS),
    ("fuchsia tee", f"{_TEES}|Tops", _PINKS),
    ("plum coloured tee", _TEES, _PURPLES),
    ("army coloured tee", _TEES, _KHAKIS),
    ("chocolate tee", _TEES, _BROWNS),
    ("tangerine tee", _TEES, "Orange|Peach"),
    ("azure button-down", "Shirts", _BLUES),
    ("ivory button-up", "Shirts", _WHITES),
    ("lilac button-up for the office", "Shirts", _PURPLES),
    ("crisp snowy shirt to wear with a suit", "Shirts", _WHITES, "Formal"),
    ("shirt for a job interview", "Shirts", "", "Formal"),
    ("ebony button-down", "Shirts", "Black"),
    ("wine coloured shirt", "Shirts", _WINES),
    ("rosy shirt", "Shirts", _PINKS),
    ("slate button-down", "Shirts", _GREYS),
    ("something formal in navy", "", _NAVIES, "Formal"),
    ("something smart for the boardroom", _SUITABLE, "", "Formal"),
    ("gear for the gym", "Tshirts|Track Pants|Shorts|Sweatshirts|Tracksuits|Jackets|Tights|Capris", "", "Sports"),
    ("sneakers for running", _TRAINERS, "", "Sports"),
    ("kicks for jogging, snow-white", _TRAINERS, _WHITES),
    ("coal-black kicks for a marathon", _TRAINERS, "Black"),
    ("cobalt joggers for my feet", _TRAINERS, f"{_BLUES}|{_NAVIES}"),
    ("chestnut lace-ups for every day", "Casual Shoes", _BROWNS),
    ("pale canvas plimsolls", "Casual Shoes", f"{_WHITES}|Beige"),
    ("dark brogues for the office", "Formal Shoes", "Black|Brown|Coffee Brown"),
    ("stilettos for a night out", "Heels"),
    ("raven stilettos", "Heels", "Black"),
    ("beach footwear", f"{_OPEN_SHOES}"),
    ("thongs for the pool", "Flip Flops"),
    ("cognac leather sandals", f"{_OPEN_SHOES}", _BROWNS),
    ("hoodie the colour of smoke", "Sweatshirts", _GREYS),
    ("ebony pullover", _JUMPERS, "Black"),
    ("cherry jumper", _JUMPERS, _REDS),
    ("warm woolly for winter, navy", _JUMPERS, _NAVIES),
    ("cosy knit in violet", _JUMPERS, _PURPLES),
    ("windbreaker, pitch black", "Jackets|Rain Jacket", "Black"),
    ("sporty zip-up coat", "Jackets|Sweatshirts|Tracksuits", "", "Sports"),
    ("denims in indigo", "Jeans", f"{_BLUES}|{_NAVIES}"),
    ("sweatpants for training", "Track Pants", "", "Sports"),
    ("charcoal slacks", "Trousers", f"{_GREYS}"),
    ("tailored bottoms for work, inky", "Trousers", "Black|Navy Blue", "Formal"),
    ("bermudas for a hot day", "Shorts|Lounge Shorts"),
    ("scarlet miniskirt", "Skirts", _REDS),
    ("little ebony frock", "Dresses", "Black"),
    ("festive Indian tunic, ivory", "Kurtas|Kurtis|Tunics", _WHITES, "Ethnic"),
    ("outfit for Diwali in ruby", "Kurtas|Kurtis|Tunics|Kurta Sets|Sarees|Dupatta", f"{_REDS}|{_WINES}", "Ethnic"),
    ("shades with dark frames", "Sunglasses", "Black"),
    ("tortoiseshell shades", "Sunglasses", _BROWNS),
    ("timepiece on a chrome bracelet", "Watches", _METALS),
    ("timepiece with a dark dial", "Watches", "Black"),
    ("ladies' purse in cocoa leather", "Handbags|Clutches", _BROWNS),
    ("rucksack for school, onyx", "Backpacks|Rucksacks", "Black"),
    ("something to carry my laptop in", "Laptop Bag|Backpacks|Messenger Bag"),
    ("billfold in hazelnut leather", "Wallets", _BROWNS),
    ("strap for my trousers, cognac", "Belts", _BROWNS),
    ("baseball hat", "Caps"),
    ("necktie for a wedding, ruby", "Ties", f"{_REDS}|{_WINES}"),
)
_IN_FRENCH: tuple[tuple[str, ...], ...] = (
    ("jupe écarlate", "Skirts", _REDS),
    ("maillot vermillon à manches courtes", _TEES, _REDS),
    ("tee-shirt couleur cerise", _TEES, f"{_REDS}|{_WINES}"),
    ("tee-shirt ébène", _TEES, "Black"),
    ("tee-shirt immaculé", _TEES, _WHITES),
    ("tee-shirt couleur cendre", _TEES, _GREYS),
    ("tee-shirt azur", _TEES, _BLUES),
    ("polo bleu nuit", _TEES, _NAVIES),
    ("tee-shirt émeraude", _TEES, _GREENS),
    ("tee-shirt jaune citron", _TEES, _YELLOWS),
    ("tee-shirt fuchsia", f"{_TEES}|Tops", _PINKS),
    ("tee-shirt aubergine", _TEES, _PURPLES),
    ("tee-shirt couleur militaire", _TEES, _KHAKIS),
    ("tee-shirt chocolat", _TEES, _BROWNS),
    ("tee-shirt mandarine", _TEES, "Orange|Peach"),
    ("liquette azur", "Shirts", _BLUES),
    ("chemise ivoire", "Shirts", _WHITES),
    ("chemise lilas pour le bureau", "Shirts", _PURPLES),
    ("chemise pour un entretien d'embauche", "Shirts", "", "Formal"),
    ("chemise noir de jais", "Shirts", "Black"),
    ("chemise lie-de-vin", "Shirts", _WINES),
    ("chemise rose poudré", "Shirts", _PINKS),
    ("chemise gris souris", "Shirts", _GREYS),
    ("quelque chose d'habillé en marine", "", _NAVIES, "Formal"),
    ("une tenue chic pour le travail", _SUITABLE, "", "Formal"),
    (
        "de quoi aller à la salle de gym",
        "Tshirts|Track Pants|Shorts|Sweatshirts|Tracksuits|Jackets|Tights|Capris",
        "",
        "Sports",
    ),
    ("baskets pour courir", _TRAINERS, "", "Sports"),
    ("tennis blanc neige", _SNEAKERS, _WHITES),
    ("baskets de course charbon", _TRAINERS, "Black"),
    ("baskets cobalt pour le footing", _TRAINERS, f"{_BLUES}|{_NAVIES}"),
    ("souliers châtaigne pour tous les jours", "Casual Shoes", _BROWNS),
    ("tennis en toile claires", "Casual Shoes", f"{_WHITES}|Beige"),
    ("richelieus foncés pour le bureau", "Formal Shoes", "Black|Brown|Coffee Brown"),
    ("escarpins pour une soirée", "Heels"),
    ("talons aiguilles ébène", "Heels", "Black"),
    ("chaussures pour la plage", f"{_OPEN_SHOES}"),
    ("claquettes de piscine", "Flip Flops"),
    ("nu-pieds en cuir cognac", f"{_OPEN_SHOES}", _BROWNS),
    ("sweat à capuche gris fumée", "Sweatshirts", _GREYS),
    ("chandail ébène", _JUMPERS, "Black"),
    ("tricot cerise", _JUMPERS, _REDS),
    ("lainage bien chaud bleu nuit", _JUMPERS, _NAVIES),
    ("gilet en maille prune", _JUMPERS, _PURPLES),
    ("coupe-vent noir corbeau", "Jackets|Rain Jacket", "Black"),
    ("haut zippé pour le sport", "Jackets|Sweatshirts|Tracksuits", "", "Sports"),
    ("pantalon en denim indigo", "Jeans", f"{_BLUES}|{_NAVIES}"),
    ("bas de jogging pour l'entraînement", "Track Pants", "", "Sports"),
    ("pantalon anthracite", _BOTTOMS, _GREYS),
    ("pantalon de costume sombre", "Trousers", "Black|Navy Blue|Charcoal", "Formal"),
    ("bermuda pour les beaux jours", "Shorts|Lounge Shorts"),
    ("petite robe ébène", "Dresses", "Black"),
    ("tunique indienne de fête, ivoire", "Kurtas|Kurtis|Tunics", _WHITES, "Ethnic"),
    (
        "tenue pour une fête indienne, rubis",
        "Kurtas|Kurtis|Tunics|Kurta Sets|Sarees|Dupatta",
        f"{_REDS}|{_WINES}",
        "Ethnic",
    ),
    ("solaires à monture foncée", "Sunglasses", "Black"),
    ("solaires écaille de tortue", "Sunglasses", _BROWNS),
    ("bracelet-montre acier", "Watches", _METALS),
    ("garde-temps à cadran sombre", "Watches", "Black"),
    ("sacoche de dame en cuir cacao", "Handbags|Clutches", _BROWNS),
    ("cartable d'écolier onyx", "Backpacks|Rucksacks", "Black"),
    ("de quoi transporter mon ordinateur", "Laptop Bag|Backpacks|Messenger Bag"),
    ("porte-billets en cuir noisette", "Wallets", _BROWNS),
    ("ceinturon cognac", "Belts", _BROWNS),
    ("casquette de base-ball", "Caps"),
    ("nœud pour le cou, rubis, pour un mariage", "Ties", f"{_REDS}|{_WINES}"),
    ("n'importe quelles chaussures couleur sable", _ANY_SHOES, _SANDS),
    ("bagage pour le week-end, anthracite", _BAGS, f"{_GREYS}|Black"),
)
