"""The tokenizer: byte-pair pieces of lower-case words without accents, learned from captions and titles."""

import random
from collections.abc import Iterable, Iterator

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from torch import Tensor

from training.captions import vocabulary, write_caption
from training.encoder_model import PADDING_ID, TOKEN_LIMIT
from training.retrieval_data import Example

VOCABULARY_SIZE = 6000
PADDING, UNKNOWN = "[PAD]", "[UNK]"

PLAIN_WORDS = """
    a an the in on of for with without and or to my me i this that these similar like same but not very light dark
    pale bright new nice pretty beautiful cheap something anything looking want need find show please size small
    large big summer winter spring autumn party wedding work beach gym evening day baby teen adult style fit soft
    warm cotton wool silk linen velvet lace satin suede knit mesh fur oversized loose tight short long mini midi maxi
    un une des le la les de du en pour avec sans et ou a mon ma mes je ce cet cette ces comme meme mais pas tres clair
    fonce pale vif nouveau nouvelle joli jolie beau belle quelque chose cherche veux trouver montre s'il vous plait
    taille petit petite grand grande ete hiver printemps automne soiree mariage travail plage salle jour bebe ado
    style coupe doux douce chaud chaude coton laine soie lin velours dentelle satin daim maille fourrure ample large
    serre court courte long longue
"""


def train_tokenizer(examples: Iterable[Example], titles: Iterable[str]) -> Tokenizer:
    """Return a tokenizer that knows the words of captions, titles and everyday requests in both languages."""
    tokenizer = Tokenizer(models.BPE(unk_token=UNKNOWN, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace("œ", "oe"),
            normalizers.Replace("’", "'"),  # phones type it
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE, special_tokens=[PADDING, UNKNOWN], end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(_corpus(examples, titles), trainer)
    tokenizer.enable_truncation(TOKEN_LIMIT)
    if tokenizer.token_to_id(PADDING) != PADDING_ID:
        raise AssertionError("the padding token must be id 0: the text tower counts on it")
    return tokenizer


def _corpus(examples: Iterable[Example], titles: Iterable[str]) -> Iterator[str]:
    rng = random.Random(7)
    for _ in range(30):
        yield from vocabulary()
        yield from PLAIN_WORDS.split()
    for example in examples:
        for language in ("en", "fr"):
            try:
                yield write_caption(example.attributes, language=language, rng=rng).text
            except ValueError:
                continue
    yield from titles
    yield from ("abcdefghijklmnopqrstuvwxyz0123456789'-&+./,:;!?()\"" for _ in range(2))


def token_ids(tokenizer: Tokenizer, texts: list[str]) -> Tensor:
    """Return int64 ids, shape (n, longest), padded with PADDING_ID."""
    rows = [torch.tensor(found.ids or [PADDING_ID]) for found in tokenizer.encode_batch(texts)]
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PADDING_ID)
