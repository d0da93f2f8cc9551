"""The words of shoppers, English and French: garments, colours, uses, seasons, people, details.

Notation: alternatives are parted by `|`, the usual word first. A French adjective that agrees is written `rayé*`
(feminine with an e) or `sportif/sportive`; the other French words stay as they are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "fr"]
Forms = tuple[str, str, str, str]
"""A French adjective: masculine, feminine, masculine plural, feminine plural. All four alike for an English word."""


def split(words: str) -> tuple[str, ...]:
    """Read `a|b` as two alternatives."""
    return tuple(words.split("|")) if words else ()


def _agree(masculine: str, feminine: str) -> Forms:
    plural = masculine if masculine.endswith(("s", "x")) else masculine + "s"
    return (masculine, feminine, plural, feminine + "s")


def _forms(words: str) -> tuple[Forms, ...]:
    """Read `rayé*|sportif/sportive|à pois` as forms."""
    read: list[Forms] = []
    for word in split(words):
        masculine, _, feminine = word.partition("/")
        if word.endswith("*"):
            read.append(_agree(word[:-1], word[:-1] + "e"))
        else:
            read.append(_agree(masculine, feminine) if feminine else (word, word, word, word))
    return tuple(read)


@dataclass(frozen=True)
class Words:
    """English words and French forms of one meaning."""

    english: tuple[str, ...]
    french: tuple[Forms, ...]

    def in_language(self, language: Language) -> tuple[Forms, ...]:
        """Return the words of one language; an English one has four forms alike."""
        return self.french if language == "fr" else tuple((word, word, word, word) for word in self.english)


@dataclass(frozen=True)
class FrenchNoun:
    """A French noun with what adjectives agree with."""

    word: str
    feminine: bool = False
    plural: bool = False


def _french(specifications: str) -> tuple[FrenchNoun, ...]:
    """Read `robe:f|jean:m|baskets:fp` as nouns."""
    nouns = []
    for specification in split(specifications):
        word, _, marks = specification.partition(":")
        nouns.append(FrenchNoun(word, "f" in marks, "p" in marks))
    return tuple(nouns)


@dataclass(frozen=True)
class Noun:
    """Names of one type of garment, or of a group of types.

    types: the article types that the words may mean. detail, gender, usage: what the garment must have to be called so,
    and what the words therefore state.
    """

    types: frozenset[str]
    english: tuple[str, ...]
    french: tuple[FrenchNoun, ...]
    detail: str | None = None
    gender: str | None = None
    usage: str | None = None


def _noun(types: str, english: str, french: str, detail: str | None = None, **needed: str) -> Noun:
    return Noun(frozenset(types.split("|")), split(english), _french(french), detail, **needed)


SHOES = "Casual Shoes|Sports Shoes|Formal Shoes|Flats|Heels|Sandals|Sports Sandals|Flip Flops|Boots"
LONG_BOTTOMS = "Trousers|Jeans|Track Pants|Leggings|Capris|Lounge Pants|Churidar"
BOTTOMS = f"{LONG_BOTTOMS}|Shorts|Lounge Shorts|Skirts"
TOPS = "Tshirts|Shirts|Tops|Sweaters|Sweatshirts|Tunics|Kurtas|Kurtis|Cardigans"
OUTER = "Jackets|Sweaters|Sweatshirts|Blazers|Rain Jacket|Waistcoat|Coats|Cardigans"
WORN = f"{BOTTOMS}|{TOPS}|{OUTER}|Dresses|Jumpsuits|Tracksuits|Kurta Sets|Sarees|Shrug"
BAGS = "Handbags|Backpacks|Clutches|Laptop Bag|Duffel Bag|Messenger Bag|Rucksacks|Waist Pouch|Mobile Pouch|Trolley Bag"
UNDERWEAR = "Briefs|Trunk|Boxers|Bra|Innerwear Vests"
ACCESSORIES = (
    "Watches|Sunglasses|Glasses|Belts|Wallets|Ties|Caps|Hat|Scarves|Mufflers|Stoles|Gloves|Cufflinks|Headband"
    f"|Umbrellas|Necklace and Chains|Bracelet|{BAGS}"
)
FEET_OUT = "Sandals|Sports Sandals|Flip Flops"

NOUNS: tuple[Noun, ...] = (
    _noun("Tshirts", "t-shirt|tee|tshirt|tee shirt|t shirt", "t-shirt:m|tee-shirt:m|tshirt:m|teeshirt:m"),
    _noun(
        "Shirts",
        "shirt|button-up shirt|button-down shirt|button-down|button-up|buttoned shirt|collared shirt",
        "chemise:f|chemise boutonnée:f|chemise à boutons:f|liquette:f",
    ),
    _noun("Tops", "top|light top|camisole|cami", "top:m|corsage:m|petit haut:m|caraco:m"),
    _noun(
        "Sweaters|Cardigans",
        "sweater|pullover|jumper|knitwear|knit|woolly jumper|knitted jumper",
        "pull:m|pull-over:m|chandail:m|tricot:m|pullover:m|lainage:m",
    ),
    _noun("Sweaters", "knitted sweater|turtleneck sweater", "pull tricoté:m|pull en maille:m"),
    _noun("Cardigans", "cardigan|knit cardigan", "gilet en maille:m|cardigan:m"),
    _noun(
        "Sweatshirts",
        "sweatshirt|sweat|sweat shirt|sweat top|fleece",
        "sweat-shirt:m|sweat:m|sweatshirt:m|molleton:m|polaire:f",
    ),
    _noun(
        "Jackets",
        "jacket|zip jacket|bomber jacket|bomber|windbreaker|windcheater|zip-up jacket",
        "veste:f|blouson:m|bomber:m|veste zippée:f|blouson zippé:m|coupe-vent:m",
    ),
    _noun("Jackets|Coats", "parka|anorak|winter jacket", "parka:f|anorak:m|blouson d'hiver:m"),
    _noun("Coats", "coat|overcoat|topcoat|peacoat|winter coat", "manteau:m|pardessus:m|caban:m|paletot:m"),
    _noun(
        "Blazers",
        "blazer|suit jacket|sport coat|tailored jacket|suit",
        "blazer:m|veste de costume:f|veston:m|veste de tailleur:f|costume:m",
    ),
    _noun(
        "Rain Jacket",
        "rain jacket|raincoat|waterproof jacket|rainproof jacket|mackintosh",
        "imperméable:m|ciré:m|veste de pluie:f|k-way:m|manteau de pluie:m",
    ),
    _noun("Waistcoat", "waistcoat|suit vest", "gilet de costume:m|gilet sans manches:m|veste sans manches:f"),
    _noun("Waistcoat|Cardigans", "gilet|vest", "gilet:m"),
    _noun(
        "Dresses",
        "dress|gown|frock|sundress|evening dress|cocktail dress|party dress|day dress",
        "robe:f|petite robe:f|robe de soirée:f|robe de cocktail:f|robe de jour:f",
    ),
    _noun("Jumpsuits", "jumpsuit|romper|playsuit|overalls|dungarees", "combinaison:f|combishort:m|salopette:f"),
    _noun("Skirts", "skirt|mini skirt|midi skirt|miniskirt", "jupe:f|mini-jupe:f|jupette:f|minijupe:f"),
    _noun(
        "Trousers",
        "trousers|chinos|slacks|tailored trousers|suit trousers|pair of trousers|cotton trousers",
        "pantalon:m|pantalon chino:m|chino:m|pantalon à pinces:m|pantalon de costume:m|pantalon droit:m",
    ),
    _noun(
        "Jeans",
        "jeans|denim|denim trousers|denims|pair of jeans|denim pants|jean",
        "jean:m|jeans:mp|denim:m|pantalon en jean:m|paire de jeans:f|pantalon en denim:m",
    ),
    _noun(
        "Track Pants",
        "track pants|joggers|sweatpants|tracksuit bottoms|jogging bottoms|jogging pants|trackies|training pants",
        "pantalon de jogging:m|jogging:m|bas de survêtement:m|pantalon de sport:m|bas de jogging:m"
        "|pantalon de survêtement:m",
    ),
    _noun("Leggings", "leggings|jeggings|pair of leggings", "legging:m|leggings:mp|caleçon long:m"),
    _noun(
        "Capris",
        "capris|capri pants|cropped trousers|three-quarter pants",
        "corsaire:m|pantacourt:m|pantalon capri:m",
    ),
    _noun(
        "Shorts",
        "shorts|bermuda shorts|bermudas|short pants|pair of shorts",
        "short:m|bermuda:m|shorts:mp|culotte courte:f",
    ),
    _noun("Lounge Shorts", "lounge shorts|pyjama shorts|sleep shorts", "short de nuit:m|short de pyjama:m"),
    _noun("Lounge Pants", "lounge pants|pyjama bottoms|pajama pants", "pantalon d'intérieur:m|bas de pyjama:m"),
    _noun("Tracksuits", "tracksuit|jogging suit|sweatsuit", "survêtement:m|ensemble de sport:m|ensemble de jogging:m"),
    _noun("Kurtas", "kurta|indian tunic shirt|kurta shirt", "kurta:f|tunique indienne:f|kurta indienne:f"),
    _noun("Kurtis", "kurti|short kurta", "kurti:f|tunique indienne courte:f"),
    _noun("Kurtas|Kurtis", "indian tunic|ethnic tunic", "tunique ethnique:f|longue tunique indienne:f"),
    _noun("Kurta Sets", "kurta set|salwar set", "ensemble kurta:m"),
    _noun("Churidar", "churidar|indian leggings", "churidar:m|pantalon indien:m"),
    _noun("Sarees", "saree|sari", "sari:m"),
    _noun("Dupatta", "dupatta|indian stole", "dupatta:f|voile indien:m"),
    _noun("Shrug", "shrug|bolero", "boléro:m"),
    _noun("Tunics", "tunic|long tunic", "tunique:f|tunique longue:f"),
    _noun("Stockings|Tights", "tights|stockings|hosiery|pantyhose", "collants:mp|bas nylon:mp|collant:m"),
    _noun(
        "Socks",
        "socks|pair of socks|ankle socks|crew socks",
        "chaussettes:fp|paire de chaussettes:f|socquettes:fp|mi-bas:mp",
    ),
    _noun("Briefs", "briefs|underpants|panties|knickers", "slip:m|culotte:f|petite culotte:f"),
    _noun("Trunk|Boxers", "trunks|boxer briefs|boxers|boxer shorts", "boxer:m|caleçon:m"),
    _noun(
        "Innerwear Vests",
        "tank top|undershirt|vest top|singlet",
        "débardeur:m|maillot de corps:m|marcel:m|tricot de corps:m",
    ),
    _noun("Bra", "bra|brassiere", "soutien-gorge:m|brassière:f"),
    _noun(UNDERWEAR, "underwear|undergarment|innerwear", "sous-vêtement:m|linge de corps:m"),
    _noun(
        "Casual Shoes",
        "casual shoes|canvas shoes|plimsolls|everyday shoes|skate shoes|street shoes",
        "chaussures décontractées:fp|chaussures en toile:fp|chaussures de tous les jours:fp|chaussures de loisir:fp",
    ),
    _noun(
        "Casual Shoes|Sports Shoes",
        "sneakers|trainers|kicks|tennis shoes|sneaker|pair of sneakers|pair of trainers|pair of kicks",
        "baskets:fp|sneakers:fp|tennis:fp|paire de baskets:f|paire de tennis:f|chaussures de tennis:fp",
    ),
    _noun(
        "Sports Shoes",
        "sports shoes|running shoes|athletic shoes|sport sneakers|runners|running trainers|gym shoes|training shoes"
        "|jogging shoes|shoes to run in",
        "chaussures de sport:fp|chaussures de course:fp|baskets de sport:fp|chaussures de running:fp"
        "|chaussures pour courir:fp|baskets de running:fp|chaussures de jogging:fp|baskets pour courir:fp",
    ),
    _noun(
        "Formal Shoes",
        "formal shoes|oxfords|derby shoes|leather lace-ups|dress shoes|derbies|brogues|office shoes|smart shoes",
        "chaussures de ville:fp|derbies:mp|richelieus:mp|chaussures habillées:fp|chaussures de bureau:fp"
        "|souliers de ville:mp|derbys:mp",
    ),
    _noun("Flats", "flats|ballet flats|ballerinas|flat shoes", "ballerines:fp|chaussures plates:fp|babies:fp"),
    _noun(
        "Heels",
        "heels|high heels|pumps|stilettos|court shoes|high-heeled shoes|heeled shoes|wedges|pair of heels",
        "talons:mp|escarpins:mp|chaussures à talons:fp|talons hauts:mp|talons aiguilles:mp"
        "|chaussures compensées:fp|paire d'escarpins:f",
    ),
    _noun("Boots", "boots|ankle boots|booties|pair of boots", "bottes:fp|bottines:fp|boots:fp|paire de bottes:f"),
    _noun(
        "Sandals|Sports Sandals",
        "sandals|strappy sandals|open-toed shoes|pair of sandals|floaters",
        "sandales:fp|nu-pieds:mp|sandalettes:fp|spartiates:fp|paire de sandales:f",
    ),
    _noun("Flip Flops", "flip-flops|flip flops|thongs|slippers|beach shoes", "tongs:fp|savates:fp|paire de tongs:f"),
    _noun("Flip Flops|Sandals", "slides|slip-on sandals", "claquettes:fp|mules:fp"),
    _noun(FEET_OUT, "open shoes|summer shoes", "chaussures ouvertes:fp|chaussures d'été:fp|chaussures de plage:fp"),
    _noun(
        "Handbags",
        "handbag|shoulder bag|hand bag|crossbody bag|hobo bag|lady's bag",
        "sac à main:m|sac bandoulière:m|sac porté épaule:m|sac de dame:m",
    ),
    _noun("Handbags|Wallets|Clutches", "purse", "petit sac:m"),
    _noun(
        "Backpacks|Rucksacks",
        "backpack|rucksack|school bag|knapsack|daypack",
        "sac à dos:m|cartable:m|sac d'école:m",
    ),
    _noun("Clutches", "clutch|clutch bag|evening bag|pochette", "pochette:f|sac de soirée:m|minaudière:f"),
    _noun(
        "Laptop Bag",
        "laptop bag|laptop case|computer bag|briefcase|something to carry my laptop",
        "sacoche d'ordinateur:f|sac d'ordinateur:m|housse d'ordinateur:f|porte-documents:m",
    ),
    _noun(
        "Duffel Bag",
        "duffel bag|gym bag|sports bag|holdall|weekend bag|travel bag",
        "sac de sport:m|sac de voyage:m|sac polochon:m|sac week-end:m",
    ),
    _noun("Messenger Bag", "messenger bag|satchel|courier bag", "besace:f|sacoche:f|musette:f|sac besace:m"),
    _noun("Trolley Bag", "suitcase|trolley bag|cabin case", "valise:f|valise cabine:f"),
    _noun("Waist Pouch", "waist pouch|bum bag|fanny pack|belt bag", "sac banane:m|pochette de taille:f"),
    _noun("Mobile Pouch", "phone pouch|mobile pouch|phone case", "étui de téléphone:m|pochette de téléphone:f"),
    _noun(
        "Wallets",
        "wallet|billfold|card holder|coin purse|something for my money",
        "portefeuille:m|porte-monnaie:m|porte-cartes:m|de quoi ranger ma monnaie:m",
    ),
    _noun("Belts", "belt|waist belt|something to hold my trousers up", "ceinture:f|ceinturon:m"),
    _noun(
        "Watches",
        "watch|wristwatch|timepiece|wrist watch|something to tell the time",
        "montre:f|montre de poignet:f|bracelet-montre:m|quelque chose pour lire l'heure:m",
    ),
    _noun(
        "Sunglasses",
        "sunglasses|shades|sunnies|sun glasses|pair of sunglasses|something against the sun",
        "lunettes de soleil:fp|lunettes solaires:fp|paire de lunettes de soleil:f",
    ),
    _noun("Sunglasses|Glasses", "eyewear|glasses|spectacles", "lunettes:fp|paire de lunettes:f"),
    _noun(
        "Caps",
        "cap|baseball cap|snapback|peaked cap|ball cap",
        "casquette:f|casquette de baseball:f|casquette à visière:f",
    ),
    _noun(
        "Caps|Hat",
        "hat|headwear|headgear|something for my head",
        "chapeau:m|couvre-chef:m|quelque chose pour la tête:m",
    ),
    _noun("Hat", "brimmed hat|fedora|sun hat|bucket hat|panama", "chapeau à bord:m|bob:m|capeline:f|panama:m"),
    _noun("Headband", "headband|hair band", "bandeau:m|serre-tête:m"),
    _noun("Ties", "tie|necktie|neck tie", "cravate:f"),
    _noun(
        "Scarves|Mufflers|Stoles",
        "scarf|neck scarf|something for my neck",
        "écharpe:f|foulard:m|quelque chose pour le cou:m|quelque chose autour du cou:m",
    ),
    _noun("Scarves", "silk scarf|neckerchief|headscarf", "foulard en soie:m|carré de soie:m|petit foulard:m"),
    _noun("Mufflers", "muffler|winter scarf|woolly scarf", "cache-nez:m|cache-col:m|écharpe d'hiver:f"),
    _noun("Stoles", "stole|shawl|pashmina|wrap", "étole:f|châle:m|pashmina:m"),
    _noun(
        "Gloves",
        "gloves|mittens|pair of gloves|something for my hands",
        "gants:mp|moufles:fp|paire de gants:f|mitaines:fp",
    ),
    _noun("Cufflinks", "cufflinks|cuff links", "boutons de manchette:mp|paire de boutons de manchette:f"),
    _noun(
        "Perfume and Body Mist|Deodorant|Fragrance Gift Set",
        "perfume|fragrance|scent|body spray|deodorant",
        "parfum:m|déodorant:m|eau de toilette:f",
    ),
    _noun("Accessory Gift Set", "gift set|gift box|accessory set", "coffret cadeau:m|coffret:m"),
    _noun("Umbrellas", "umbrella", "parapluie:m"),
    _noun("Necklace and Chains", "necklace|neck chain|pendant", "collier:m|pendentif:m"),
    _noun("Bracelet", "bracelet|bangle", "bracelet:m"),
    _noun("Necklace and Chains|Bracelet|Cufflinks", "jewellery|jewelry", "bijou:m"),
    # Words that need more than a type: a detail,
    _noun("Tshirts", "polo shirt|polo|polo tee|collared tee", "polo:m|t-shirt à col:m", "polo"),
    _noun("Sweatshirts", "hoodie|hooded sweatshirt|hoody", "sweat à capuche:m|hoodie:m", "hooded"),
    _noun(
        "Jackets",
        "puffer jacket|down jacket|padded jacket|quilted jacket|puffer",
        "doudoune:f|veste matelassée:f|veste molletonnée:f|blouson matelassé:m",
        "puffer",
    ),
    _noun("Jackets", "leather jacket|biker jacket", "veste en cuir:f|blouson en cuir:m|perfecto:m|cuir:m", "leather"),
    _noun("Jackets", "denim jacket|jean jacket|trucker jacket", "veste en jean:f|blouson en jean:m", "denim"),
    _noun("Coats", "trench coat|trench", "trench:m|trench-coat:m", "trench"),
    _noun("Skirts", "pleated skirt", "jupe plissée:f|jupe à plis:f", "pleated"),
    _noun("Caps", "beanie|knit cap|woolly hat|bobble hat", "bonnet:m|bonnet de laine:m", "beanie"),
    _noun(
        "Casual Shoes|Formal Shoes|Flats",
        "loafers|moccasins|slip-ons|slip-on shoes",
        "mocassins:mp|paire de mocassins:f|chaussures sans lacets:fp",
        "loafer",
    ),
    _noun("Handbags", "tote bag|tote|shopper|carryall", "cabas:m|tote bag:m|fourre-tout:m", "tote"),
    _noun("Jeans", "skinny jeans|slim jeans", "jean slim:m|jean skinny:m", "slim"),
    _noun("Tshirts|Tops", "striped tee|breton top", "marinière:f", "striped"),
    _noun("Tshirts", "graphic tee|printed tee", "t-shirt imprimé:m|t-shirt à motif:m", "printed"),
    _noun("Belts", "leather belt", "ceinture en cuir:f", "leather"),
    _noun("Watches", "chronograph", "chronographe:m", "chronograph"),
    # a gender,
    _noun("Tops|Shirts|Tunics", "blouse|women's blouse", "blouse:f|chemisier:m", gender="Women"),
    _noun("Shirts", "shirt blouse|women's shirt", "chemise de femme:f|chemisier boutonné:m", gender="Women"),
    _noun("Tops", "women's top|ladies' top", "haut de femme:m|top de femme:m", gender="Women"),
    # a use.
    _noun(
        "Shirts",
        "dress shirt|office shirt|business shirt|smart shirt|formal shirt",
        "chemise de bureau:f|chemise habillée:f|chemise de ville:f|chemise de costume:f",
        usage="Formal",
    ),
    _noun(
        "Trousers",
        "dress pants|office trousers|formal trousers|smart trousers",
        "pantalon habillé:m|pantalon de bureau:m|pantalon de ville:m",
        usage="Formal",
    ),
    _noun(
        "Tshirts",
        "jersey|sports jersey|training top|workout tee|gym t-shirt",
        "maillot:m|maillot de sport:m|t-shirt de sport:m|maillot d'entraînement:m",
        usage="Sports",
    ),
    _noun("Jackets|Sweatshirts|Tracksuits", "track jacket|track top", "veste de survêtement:f", usage="Sports"),
    _noun(WORN, "sportswear|activewear|gym wear|workout gear|gym kit", "tenue de sport:f", usage="Sports"),
    _noun(WORN, "office wear|business attire|formal wear", "tenue de bureau:f|tenue habillée:f", usage="Formal"),
    _noun(WORN, "ethnic wear|indian clothing|traditional wear", "tenue ethnique:f|habit indien:m", usage="Ethnic"),
    _noun(WORN, "casual wear|everyday clothing", "tenue décontractée:f|habit de tous les jours:m", usage="Casual"),
    # Groups of types.
    _noun("Tops|Tshirts", "jersey top", "haut en jersey:m"),
    _noun("Leggings|Tights|Stockings", "legwear", "jambières:fp"),
    _noun(
        SHOES,
        "shoes|footwear|pair of shoes|something to wear on my feet|something for my feet|shoe",
        "chaussures:fp|souliers:mp|paire de chaussures:f|quelque chose à me mettre aux pieds:m|de quoi me chausser:m"
        "|quelque chose pour les pieds:m",
    ),
    _noun(LONG_BOTTOMS, "pants|pair of pants|long pants", "pantalon:m|pantalon long:m"),
    _noun(
        BOTTOMS,
        "bottoms|lower garment|something for my legs",
        "bas:m|bas de tenue:m|vêtement du bas:m|quelque chose pour les jambes:m",
    ),
    _noun(TOPS, "upper garment|upper-body garment|upper wear", "haut:m|vêtement du haut:m|haut de tenue:m"),
    _noun(
        OUTER,
        "outerwear|outer layer|warm layer|something warm to put on|something against the cold",
        "vêtement d'extérieur:m|surcouche:f|vêtement chaud:m|quelque chose de chaud à mettre:m",
    ),
    _noun("Jackets|Coats|Rain Jacket", "something for the rain", "quelque chose contre la pluie:m|vêtement de pluie:m"),
    _noun(WORN, "clothes|garment|clothing|piece of clothing|apparel", "vêtement:m|habit:m|vêtements:mp|habits:mp"),
    _noun(
        "Dresses|Heels|Clutches|Blazers|Jumpsuits",
        "party wear|evening wear|something for a party|something for a night out",
        "tenue de soirée:f|tenue de fête:f|quelque chose pour une soirée:m|quelque chose pour faire la fête:m",
    ),
    _noun(
        BAGS,
        "bag|something to carry my things",
        "sac:m|bagagerie:f|quelque chose pour ranger mes affaires:m",
    ),
    _noun(ACCESSORIES, "accessory|fashion accessory", "accessoire:m|accessoire de mode:m"),
)


@dataclass(frozen=True)
class Colour(Words):
    """A catalogue colour; near: colours easily taken for it."""

    near: frozenset[str] = frozenset()


def _colour(english: str, french: str, near: str = "") -> Colour:
    return Colour(split(english), _forms(french), frozenset(split(near)))


COLOURS: Mapping[str, Colour] = {
    "Black": _colour("black|jet black", "noir*", "Charcoal"),
    "White": _colour("white", "blanc/blanche", "Off White|Cream|Silver"),
    "Off White": _colour("off-white|ecru", "écru*|blanc cassé", "White|Cream|Beige"),
    "Cream": _colour("cream|ivory", "crème|ivoire", "White|Off White|Beige|Nude|Skin"),
    "Beige": _colour("beige|sand", "beige/beige|sable", "Cream|Off White|Tan|Khaki|Nude|Skin|Taupe|Brown"),
    "Nude": _colour("nude", "nude", "Beige|Skin|Cream|Peach|Tan"),
    "Skin": _colour("skin tone|flesh-coloured", "couleur chair", "Beige|Nude|Cream|Peach|Tan"),
    "Taupe": _colour("taupe", "taupe", "Beige|Brown|Grey"),
    "Khaki": _colour("khaki", "kaki", "Beige|Olive|Green|Tan|Brown"),
    "Tan": _colour("tan|camel", "camel|fauve/fauve", "Brown|Beige|Khaki|Copper|Nude|Skin"),
    "Brown": _colour("brown", "marron|brun*", "Coffee Brown|Tan|Copper|Bronze|Rust|Taupe|Beige|Khaki|Maroon"),
    "Coffee Brown": _colour("coffee brown|dark brown", "café|marron foncé", "Brown|Maroon"),
    "Bronze": _colour("bronze", "bronze", "Brown|Copper|Gold|Metallic"),
    "Copper": _colour("copper", "cuivre", "Brown|Bronze|Tan|Gold|Rust|Metallic"),
    "Rust": _colour("rust", "rouille", "Brown|Orange|Red|Copper|Maroon"),
    "Grey": _colour("grey|gray", "gris*", "Charcoal|Grey Melange|Silver|Steel|Taupe"),
    "Charcoal": _colour("charcoal|dark grey", "anthracite|gris foncé", "Grey|Black|Grey Melange|Steel"),
    "Grey Melange": _colour("grey melange|heather grey", "gris chiné", "Grey|Charcoal|Silver"),
    "Silver": _colour("silver", "argenté*|argent", "Steel|Grey|Metallic|White|Grey Melange"),
    "Steel": _colour("steel|stainless steel", "acier", "Silver|Grey|Metallic|Charcoal"),
    "Metallic": _colour("metallic", "métallisé*", "Silver|Steel|Gold|Bronze|Copper|Grey"),
    "Gold": _colour("gold|golden", "doré*|or", "Bronze|Copper|Yellow|Mustard|Metallic"),
    "Blue": _colour("blue", "bleu*", "Navy Blue|Light Blue|Turquoise Blue|Teal"),
    "Light Blue": _colour("light blue|sky blue|pale blue", "bleu clair|bleu ciel", "Blue|Turquoise Blue|Lavender"),
    "Navy Blue": _colour("navy blue|navy|dark blue", "bleu marine|marine|bleu foncé", "Blue"),
    "Turquoise Blue": _colour("turquoise|aqua", "turquoise|bleu turquoise", "Blue|Teal|Sea Green"),
    "Teal": _colour("teal|petrol blue", "bleu canard|bleu pétrole", "Blue|Turquoise Blue|Green|Sea Green"),
    "Green": _colour("green", "vert*", "Olive|Sea Green|Fluorescent Green|Khaki|Teal"),
    "Olive": _colour("olive|olive green|khaki green", "olive|vert olive|kaki", "Green|Khaki"),
    "Sea Green": _colour("sea green|mint green", "vert d'eau|vert menthe", "Green|Teal|Turquoise Blue"),
    "Fluorescent Green": _colour("fluorescent green|neon green", "vert fluo", "Green|Yellow"),
    "Yellow": _colour("yellow", "jaune/jaune", "Mustard|Gold|Fluorescent Green"),
    "Mustard": _colour("mustard", "moutarde|ocre", "Yellow|Gold|Orange"),
    "Orange": _colour("orange", "orange", "Rust|Peach|Mustard|Red"),
    "Peach": _colour("peach|coral", "pêche|corail", "Pink|Orange|Nude|Skin"),
    "Pink": _colour("pink", "rose/rose", "Peach|Magenta|Mauve|Lavender"),
    "Magenta": _colour("magenta|fuchsia|hot pink", "fuchsia|magenta", "Pink|Purple|Burgundy|Mauve"),
    "Mauve": _colour("mauve", "mauve/mauve", "Purple|Lavender|Pink|Magenta"),
    "Lavender": _colour("lavender|lilac", "lavande|lilas", "Purple|Mauve|Pink"),
    "Purple": _colour("purple|violet", "violet/violette", "Lavender|Mauve|Magenta|Burgundy"),
    "Red": _colour("red", "rouge/rouge", "Maroon|Burgundy|Rust|Orange"),
    "Maroon": _colour("maroon|dark red", "rouge foncé|grenat", "Red|Burgundy|Brown|Rust|Coffee Brown"),
    "Burgundy": _colour("burgundy|wine red", "bordeaux|lie de vin", "Maroon|Red|Purple|Magenta"),
    "Multi": _colour(
        "multicoloured|multicolor|colourful|multi-coloured|colorful|rainbow|of many colours",
        "multicolore/multicolore|coloré*|bariolé*|arc-en-ciel|de toutes les couleurs",
    ),
}
"""Catalogue colour (`baseColour`) -> its own words. A word that several colours share means any of them."""


@dataclass(frozen=True)
class Shade(Words):
    """A shade; means: the catalogue colours that a garment of that shade may be filed under."""

    means: frozenset[str] = frozenset()


def _shade(means: str, english: str, french: str) -> Shade:
    return Shade(split(english), _forms(french), frozenset(split(means)))


SHADES: tuple[Shade, ...] = (
    _shade(
        "Red",
        "scarlet|cherry red|bright red|tomato red|poppy red|lipstick red|carmine|strawberry red|fire red|cardinal red",
        "écarlate/écarlate|carmin|rouge vif|cerise|rouge cerise|coquelicot|rouge tomate|vermeil/vermeille|fraise"
        "|rouge coquelicot|rouge carmin|rouge feu",
    ),
    _shade("Red|Maroon", "crimson|ruby|ruby red|blood red", "cramoisi*|rubis|rouge rubis|rouge sang|rouge profond"),
    _shade("Red|Orange", "vermilion|orange red|flame", "vermillon|rouge orangé|rouge vermillon|flamme"),
    _shade("Red|Rust|Maroon", "brick red|brick|terracotta red", "brique|rouge brique"),
    _shade(
        "Maroon|Burgundy",
        "burgundy|wine|bordeaux|oxblood|garnet|claret|deep red|dark cherry|maroon red|merlot|wine-coloured|wine red",
        "bordeaux|lie-de-vin|lie de vin|grenat|rouge bordeaux|sang-de-boeuf|rouge foncé|rouge sombre|amarante"
        "|couleur vin|bourgogne",
    ),
    _shade("Burgundy|Maroon|Purple", "mulberry|cranberry", "pourpre/pourpre|mûre"),
    _shade(
        "Purple",
        "grape|royal purple|deep purple|dark purple|ultraviolet",
        "raisin|violine|violet foncé|violet vif|ultraviolet",
    ),
    _shade("Purple|Burgundy", "plum|aubergine|eggplant|plum purple", "prune|aubergine|couleur prune"),
    _shade(
        "Purple|Lavender|Mauve",
        "mauve|lilac|light purple|pale purple|amethyst|wisteria|heliotrope",
        "mauve/mauve|lilas|parme|améthyste|violet clair|glycine|violet pâle",
    ),
    _shade("Lavender|Light Blue|Blue", "periwinkle", "pervenche"),
    _shade("Pink|Magenta", "fuchsia|hot pink|shocking pink|raspberry|bright pink|cerise", "fuchsia|framboise|rose vif"),
    _shade("Magenta|Pink|Purple", "orchid|magenta pink", "orchidée|rose fuchsia|rose magenta"),
    _shade(
        "Pink",
        "rose|baby pink|light pink|pale pink|candy pink|bubblegum pink|flamingo pink|pastel pink|rosy",
        "rose bonbon|rose pâle|rose clair|rose bébé|rose layette|rosé*|dragée|rose pastel|rose tendre",
    ),
    _shade("Pink|Peach|Nude", "blush|blush pink|powder pink", "rose poudré|poudré*|rose nude"),
    _shade("Pink|Mauve", "dusty pink|old rose|dusky pink", "vieux rose|bois de rose"),
    _shade("Peach|Pink", "salmon|salmon pink", "saumon|rose saumon"),
    _shade("Peach|Orange|Pink", "coral|coral pink|coral orange", "corail|rose corail|orange corail"),
    _shade("Peach|Orange", "apricot|melon", "abricot|melon"),
    _shade(
        "Orange",
        "tangerine|pumpkin|carrot orange|bright orange|clementine|neon orange|mandarin orange",
        "mandarine|citrouille|carotte|orange vif|orangé*|clémentine|potiron|orange fluo",
    ),
    _shade("Orange|Rust", "burnt orange|rusty orange|paprika", "orange brûlé|paprika|orange foncé"),
    _shade("Rust|Brown|Orange", "terracotta|sienna|russet|rusty", "terracotta|terre de sienne|roux/rousse|rouille"),
    _shade("Orange|Mustard|Yellow", "amber|saffron", "ambre|safran|ambré*"),
    _shade(
        "Yellow",
        "lemon|lemon yellow|canary yellow|bright yellow|sunflower yellow|pale yellow|banana yellow|sunny yellow",
        "citron|jaune citron|jaune canari|jaune poussin|jaune vif|jaune tournesol|jaune pâle|bouton d'or|jaune soleil",
    ),
    _shade("Mustard|Yellow", "mustard yellow|ochre|honey", "jaune moutarde|ocre|miel|curry"),
    _shade("Yellow|Cream|Beige", "straw|butter yellow", "paille|beurre frais|jaune paille"),
    _shade(
        "Green",
        "emerald|emerald green|forest green|bottle green|fir green|pine green|grass green|apple green|kelly green"
        "|dark green|bright green|racing green|hunter green|light green",
        "émeraude|vert émeraude|vert sapin|sapin|vert bouteille|bouteille|vert forêt|vert pomme|vert gazon|vert foncé"
        "|vert vif|vert prairie|vert clair|vert anglais",
    ),
    _shade("Green|Fluorescent Green", "lime|lime green|anise green|neon", "vert anis|anis|citron vert|vert acide"),
    _shade("Green|Sea Green", "mint|pistachio|jade|seafoam|celadon", "menthe|pistache|jade|amande|vert amande|céladon"),
    _shade("Green|Olive", "sage|sage green|moss green|avocado", "sauge|vert sauge|vert mousse|vert avocat|tilleul"),
    _shade(
        "Olive|Khaki|Green",
        "army green|military green|olive drab|khaki",
        "vert militaire|vert armée|vert kaki|kaki|kaki foncé",
    ),
    _shade("Khaki|Beige", "khaki beige|safari beige", "kaki clair|saharienne"),
    _shade(
        "Blue",
        "royal blue|cobalt|cobalt blue|electric blue|sapphire|bright blue|ultramarine|denim blue|medium blue|lapis",
        "bleu roi|cobalt|bleu cobalt|bleu électrique|saphir|bleu vif|bleu outremer|bleu jean|bleu klein|bleu moyen",
    ),
    _shade("Blue|Navy Blue", "indigo|indigo blue|dark blue", "indigo|bleu indigo|bleu foncé|bleu brut"),
    _shade(
        "Navy Blue",
        "midnight blue|marine blue|ink blue|deep navy|dark navy|navy-blue",
        "bleu nuit|bleu encre|bleu minuit|navy|bleu sombre",
    ),
    _shade(
        "Light Blue|Blue",
        "azure|sky blue|light blue|baby blue|powder blue|pale blue|cerulean|cornflower blue|pastel blue|ice blue",
        "azur|bleu azur|bleu ciel|bleu clair|ciel|bleu layette|bleu pastel|bleu pâle|céruléen/céruléenne|bleuet"
        "|bleu glacier",
    ),
    _shade("Turquoise Blue|Light Blue", "cyan|lagoon blue|aquamarine", "cyan|bleu lagon|aigue-marine"),
    _shade("Teal|Turquoise Blue", "peacock blue|blue-green|duck-egg blue", "bleu paon|bleu-vert|canard"),
    _shade("Teal|Blue", "petrol", "pétrole"),
    _shade("Blue|Grey|Steel", "steel blue|grey-blue|slate blue", "bleu acier|bleu gris|gris bleu"),
    _shade(
        "Brown|Coffee Brown",
        "chocolate|chocolate brown|coffee|mocha|espresso|dark brown|cocoa",
        "chocolat|moka|marron foncé|brun foncé|cacao|brun chocolat|expresso",
    ),
    _shade("Brown", "chestnut|walnut|nut brown|earth brown|wood brown", "châtaigne|noisette|châtain*|noyer|terre"),
    _shade("Brown|Tan", "caramel|cognac|tobacco|light brown|toffee|hazel", "caramel|cognac|tabac|marron clair|havane"),
    _shade("Tan|Brown|Beige", "camel|fawn|tawny", "camel|fauve/fauve|chameau"),
    _shade("Brown|Rust", "cinnamon|auburn", "cannelle|auburn"),
    _shade("Brown|Maroon", "mahogany|reddish brown", "acajou|brun rouge"),
    _shade("Bronze|Brown|Copper", "bronze brown|coppery", "mordoré*|cuivré*"),
    _shade("Copper|Gold", "rose gold", "or rose|doré rose"),
    _shade("Beige", "sandy|sand-coloured|light beige|oatmeal|biscuit", "beige clair|ficelle|avoine|couleur sable|lin"),
    _shade("Beige|Grey|Taupe", "stone|greige|putty|mushroom", "mastic|grège|beige gris|pierre"),
    _shade("Taupe|Brown|Grey", "taupe|mole", "taupe|brun taupe"),
    _shade("Nude|Skin|Beige", "nude|flesh|skin-coloured|flesh tone", "chair|nude|couleur peau|beige rosé"),
    _shade(
        "Cream|Off White|White",
        "ivory|eggshell|off-white|creamy white|pearl|bone|milky white",
        "ivoire|coquille d'oeuf|blanc cassé|nacre|nacré*|perle|blanc crème|lait",
    ),
    _shade("Cream|Off White|Beige", "ecru|vanilla|cream-coloured", "écru*|vanille|crème"),
    _shade("Cream|Beige|Gold", "champagne", "champagne"),
    _shade(
        "White",
        "snow white|bright white|pure white|optic white|snowy|chalk white",
        "blanc neige|blanc pur|blanc optique|neige|immaculé*|blanc comme neige|craie",
    ),
    _shade("Grey|Charcoal", "anthracite|slate|slate grey|dark grey|graphite", "ardoise|anthracite|gris anthracite"),
    _shade("Charcoal|Grey", "charcoal grey|gunmetal", "gris foncé|gris ardoise|gris charbon|canon de fusil"),
    _shade("Grey", "ash grey|smoke grey|dove grey|mid grey|mouse grey|cement grey", "gris souris|cendré*|gris béton"),
    _shade(
        "Grey|Grey Melange",
        "light grey|heather|marl grey|pale grey|melange|pearl grey",
        "gris clair|chiné*|gris perle|gris pâle|gris mélangé",
    ),
    _shade("Silver|Steel", "silvery|chrome|platinum|silver-coloured|silver", "argent|argenté*|chromé*|platine"),
    _shade("Silver|Steel|Grey", "pewter|metal grey", "étain|gris métal|gris métallisé"),
    _shade("Gold", "gilded|gold-coloured|gold-tone|shiny gold", "couleur or|doré brillant"),
    _shade("Gold|Bronze", "brass|antique gold", "laiton|vieil or"),
    _shade(
        "Black",
        "ebony|onyx|raven black|pitch black|pitch-black|midnight black|all black|coal black",
        "ébène|noir ébène|noir de jais|jais|noir profond|tout noir|onyx",
    ),
    _shade("Black|Charcoal", "off-black|faded black", "charbon|noir délavé"),
)


@dataclass(frozen=True)
class Ways(Words):
    """How something beside the type and the colour is said. english: words before the noun; after: phrases behind it.

    All French ones stand behind their noun.
    """

    after: tuple[str, ...] = ()


def _ways(before: str, after: str, french: str) -> Ways:
    return Ways(split(before), _forms(french), split(after))


GENDERS: Mapping[str, Ways] = {
    "Men": _ways(
        "men's|mens|men|male|gents|gentleman's|man's",
        "for men|for man|for him|for a man|for my husband|for my boyfriend|for my dad|for guys|for my brother",
        "pour homme|homme|pour hommes|hommes|pour monsieur|masculin*|pour lui|pour mon mari|d'homme|pour mon copain",
    ),
    "Women": _ways(
        "women's|womens|women|ladies|female|lady's|woman's|ladies'",
        "for women|for woman|for her|for a woman|for ladies|for my wife|for my girlfriend|for my mum|for my sister",
        "pour femme|femme|pour femmes|femmes|pour madame|féminin*|pour elle|pour ma femme|de femme|pour dame",
    ),
    "Boys": _ways(
        "boys|boy's|boys'|kids|children's",
        "for boys|for a boy|for my son|for kids|for a child|for a little boy",
        "pour garçon|garçon|pour mon fils|pour enfant|enfant|pour petit garçon",
    ),
    "Girls": _ways(
        "girls|girl's|girls'|kids|children's",
        "for girls|for a girl|for my daughter|for kids|for a child|for a little girl",
        "pour fille|fille|pour ma fille|pour enfant|enfant|pour petite fille",
    ),
}

USAGES: Mapping[str, Ways] = {
    "Casual": _ways(
        "casual|everyday|laid-back|relaxed|leisure",
        "for every day|for the weekend|for everyday use|to wear every day|for leisure|to relax in",
        "décontracté*|de tous les jours|pour tous les jours|pour le week-end|quotidien/quotidienne|relax"
        "|pour la détente|au quotidien",
    ),
    "Sports": _ways(
        "sports|sporty|workout|athletic|training|running|gym|fitness",
        "for running|for the gym|for sport|for sports|for training|for jogging|to work out in|for exercise|to run in"
        "|for fitness|for working out|for a run",
        "de sport|sportif/sportive|pour le sport|pour courir|pour la salle de sport|pour l'entraînement"
        "|pour le running|pour faire du sport|pour le fitness|pour le jogging|pour la course à pied|pour la gym"
        "|d'entraînement|pour aller courir|pour m'entraîner",
    ),
    "Formal": _ways(
        "formal|office|dressy|smart|business|elegant|work",
        "for the office|for work|for a wedding|for an interview|for a meeting|for business|for a formal evening"
        "|for a ceremony|to wear to work|for a job interview|for formal occasions",
        "habillé*|pour le bureau|formel/formelle|élégant*|de bureau|de cérémonie|pour le travail|pour un mariage"
        "|pour un entretien|pour une réunion|pour une cérémonie|chic|pour une soirée habillée|pour aller travailler"
        "|pour un entretien d'embauche",
    ),
    "Ethnic": _ways(
        "ethnic|traditional|indian|festive|desi",
        "for a festival|for diwali|for a traditional ceremony|in indian style",
        "ethnique/ethnique|traditionnel/traditionnelle|indien/indienne|pour une fête traditionnelle|de style indien",
    ),
}

SEASONS: Mapping[str, Ways] = {
    "Spring": _ways("spring", "for spring|for the spring", "de printemps|pour le printemps|printanier/printanière"),
    "Summer": _ways(
        "summer|summery",
        "for summer|for the summer|for hot days|for warm weather",
        "d'été|pour l'été|estival*|pour les beaux jours|pour la chaleur",
    ),
    "Fall": _ways("autumn|fall", "for autumn|for fall|for the autumn", "d'automne|pour l'automne|de mi-saison"),
    "Winter": _ways(
        "winter|wintery",
        "for winter|for the winter|for cold days|for the cold",
        "d'hiver|pour l'hiver|contre le froid|hivernal*|pour le froid",
    ),
}


_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True)
class Detail(Ways):
    """A visible detail that titles name; pattern: what finds it in a title."""

    pattern: re.Pattern[str] = _NEVER


def _detail(pattern: str, before: str, after: str, french: str) -> Detail:
    found = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return Detail(split(before), _forms(french), split(after), found)


DETAILS: Mapping[str, Detail] = {
    "striped": _detail(
        r"stripes?|striped",
        "striped|stripy|stripe|pinstriped",
        "with stripes|in stripes|with lines",
        "à rayures|rayé*|avec des rayures|ligné*|à lignes|à fines rayures",
    ),
    "checked": _detail(
        r"checks?|checked|plaid|tartan",
        "checked|plaid|checkered|tartan|check|gingham|chequered",
        "with checks|in plaid|with squares",
        "à carreaux|écossais*|quadrillé*|avec des carreaux|en tartan|vichy|à petits carreaux",
    ),
    "printed": _detail(
        r"printed|prints?|graphic",
        "printed|graphic|print|patterned",
        "with a print|with a picture on it|with a graphic|with a design|with a logo or picture",
        "imprimé*|à motif|graphique/graphique|à imprimé|avec un dessin|avec un motif|à motifs|avec une image",
    ),
    "floral": _detail(
        r"floral|flowers?|flower print",
        "floral|flowery|flowered|flower print",
        "with flowers|with a flower pattern",
        "à fleurs|fleuri*|avec des fleurs|à motif floral|floral/florale",
    ),
    "dotted": _detail(
        r"polka dots?|dots?|dotted", "polka dot|dotted|spotted|spotty", "with dots|with polka dots", "à pois|pointillé*"
    ),
    "solid": _detail(
        r"solid|plain",
        "plain|solid|one-colour|unpatterned|single-colour",
        "without pattern|in one colour|without a print",
        "uni*|sans motif|d'une seule couleur|tout simple|sans imprimé|monochrome",
    ),
    "polo": _detail(r"polo(?: t-?shirt| neck)?(?! assn)", "polo", "with polo collar|with a collar", "polo|à col polo"),
    "v-neck": _detail(r"v[- ]?neck", "v-neck|v neck", "with a v-neck", "col v|à col en v|à col v"),
    "round neck": _detail(r"round neck|crew neck", "round neck|crew neck", "with a round neck", "col rond|à col rond"),
    "hooded": _detail(r"hooded|hoodie|hood", "hooded", "with a hood|with hood", "à capuche|avec capuche"),
    "sleeveless": _detail(r"sleeveless", "sleeveless", "without sleeves|with no sleeves", "sans manches"),
    "long sleeves": _detail(
        r"full sleeves?|long sleeves?",
        "long-sleeved|long sleeve|full-sleeved",
        "with long sleeves",
        "à manches longues|manches longues",
    ),
    "short sleeves": _detail(
        r"half sleeves?|short sleeves?",
        "short-sleeved|short sleeve|half-sleeved",
        "with short sleeves",
        "à manches courtes|manches courtes",
    ),
    "leather": _detail(r"leather", "leather", "in leather|made of leather", "en cuir|de cuir"),
    "denim": _detail(r"denim", "denim", "in denim", "en jean|en denim"),
    "slim": _detail(r"slim(?: fit)?|skinny", "slim fit|slim|skinny|fitted", "", "coupe slim|ajusté*|coupe ajustée"),
    "puffer": _detail(
        r"puffer|padded|quilted", "puffer|quilted|padded", "", "matelassé*|façon doudoune|molletonné*|rembourré*"
    ),
    "pleated": _detail(r"pleated|pleats?", "pleated", "with pleats", "plissé*|à plis"),
    "beanie": _detail(r"beanies?", "beanie|knitted beanie", "", "façon bonnet|bonnet"),
    "loafer": _detail(r"loafers?|moccasins?|slip[- ]ons?", "loafer|slip-on", "without laces", "mocassin|sans lacets"),
    "high-top": _detail(r"high[- ]tops?|hi[- ]tops?|mid", "high-top|high top", "", "montant*|à tige haute"),
    "tote": _detail(r"totes?|shopper", "tote", "", "cabas"),
    "trench": _detail(r"trench", "trench", "", "trench"),
    "lace-up": _detail(r"lace[- ]?ups?", "lace-up|laced", "with laces", "à lacets"),
    "aviator": _detail(r"aviators?", "aviator|pilot", "", "aviateur|pilote"),
    "running": _detail(r"running|run", "running", "for runners", "pour la course|pour coureurs"),
    "football": _detail(r"football|fc|soccer", "football|soccer", "", "de football|de foot"),
    "chronograph": _detail(r"chronograph", "chronograph", "", "chronographe"),
}

PATTERN_OF_DETAIL: Mapping[str, str] = {
    "solid": "solid",
    "striped": "striped",
    "checked": "checked",
    "printed": "printed",
    "floral": "other",
    "dotted": "other",
}
