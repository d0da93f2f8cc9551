"""The two towers: EfficientNet-lite2 for pictures, a small transformer for words, one space of unit vectors."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.backbone import load_backbone

DIM = 256
TEXT_WIDTH = 192
TEXT_HEADS = 3
TEXT_LAYERS = 2
TOKEN_LIMIT = 32
PADDING_ID = 0
DROPOUT = 0.15


class ImageTower(nn.Module):
    """Pictures, float32, shape (n, 3, S, S), normalised -> unit vectors, shape (n, DIM)."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = load_backbone(with_head=True)
        self.backbone.freeze_early_layers()
        self.backbone.make_quick_on_cpus()
        self.dropout = nn.Dropout(DROPOUT)
        self.projection = nn.Linear(self.backbone.head_channels, DIM, bias=False)
        nn.init.orthogonal_(self.projection.weight)

    def pooled(self, pictures: Tensor) -> Tensor:
        """Return the features that all heads stand on, shape (n, 1280)."""
        return self.dropout(self.backbone(pictures).mean(dim=(2, 3)))

    def embedded(self, pooled: Tensor) -> Tensor:
        """Return unit vectors, shape (n, DIM), from pooled features."""
        return F.normalize(self.projection(pooled).float(), dim=1)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return unit vectors, shape (n, DIM)."""
        return self.embedded(self.pooled(pictures))


class TextBlock(nn.Module):
    """One pre-normalised transformer layer."""

    def __init__(self) -> None:
        super().__init__()
        self.before_attention = nn.LayerNorm(TEXT_WIDTH)
        self.query_key_value = nn.Linear(TEXT_WIDTH, 3 * TEXT_WIDTH)
        self.out = nn.Linear(TEXT_WIDTH, TEXT_WIDTH)
        self.before_mixing = nn.LayerNorm(TEXT_WIDTH)
        self.mixing = nn.Sequential(
            nn.Linear(TEXT_WIDTH, 4 * TEXT_WIDTH), nn.GELU(approximate="tanh"), nn.Linear(4 * TEXT_WIDTH, TEXT_WIDTH)
        )

    def forward(self, tokens: Tensor, hidden_padding: Tensor) -> Tensor:
        """tokens: (n, L, TEXT_WIDTH); hidden_padding: (n, 1, 1, L), 0 or a large negative number."""
        mixed = self.before_attention(tokens)
        query, key, value = (self._by_head(part) for part in self.query_key_value(mixed).chunk(3, dim=-1))
        weights = torch.softmax(query @ key.transpose(2, 3) * (TEXT_WIDTH // TEXT_HEADS) ** -0.5 + hidden_padding, -1)
        attended = (weights @ value).transpose(1, 2).flatten(2)
        tokens = tokens + self.out(attended)
        result: Tensor = tokens + self.mixing(self.before_mixing(tokens))
        return result

    def _by_head(self, part: Tensor) -> Tensor:
        return part.unflatten(-1, (TEXT_HEADS, TEXT_WIDTH // TEXT_HEADS)).transpose(1, 2)


class TextTower(nn.Module):
    """Token ids, int64, shape (n, L), 0 where padded -> unit vectors, shape (n, dim)."""

    def __init__(self, vocabulary_size: int, dim: int = DIM) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary_size, TEXT_WIDTH)
        self.places = nn.Embedding(TOKEN_LIMIT, TEXT_WIDTH)
        self.blocks = nn.ModuleList(TextBlock() for _ in range(TEXT_LAYERS))
        self.last = nn.LayerNorm(TEXT_WIDTH)
        self.projection = nn.Linear(TEXT_WIDTH, dim, bias=False)
        nn.init.normal_(self.tokens.weight, std=0.05)
        nn.init.normal_(self.places.weight, std=0.01)

    def forward(self, ids: Tensor) -> Tensor:
        """Return unit vectors, shape (n, dim); L is at most TOKEN_LIMIT."""
        known = (ids != PADDING_ID).to(self.tokens.weight.dtype)
        hidden_padding = (known[:, None, None, :] - 1) * 1e4
        tokens = self.tokens(ids) + self.places.weight[: ids.shape[1]]
        for block in self.blocks:
            tokens = block(tokens, hidden_padding)
        summed = (self.last(tokens) * known[:, :, None]).sum(dim=1)
        mean = summed / known.sum(dim=1, keepdim=True).clamp(min=1)
        return F.normalize(self.projection(mean).float(), dim=1)


class DualEncoder(nn.Module):
    """Both towers, the temperature of their contrastive loss, one proxy vector for each label that words name too.

    heads: plain classifiers of the pooled features, for all labels of pictures.
    """

    def __init__(self, vocabulary_size: int, proxy_counts: dict[str, int], head_counts: dict[str, int]) -> None:
        super().__init__()
        self.image = ImageTower()
        self.text = TextTower(vocabulary_size)
        self.log_scale = nn.Parameter(torch.tensor(14.0).log())
        self.proxies = nn.ParameterDict(
            {name: nn.Parameter(F.normalize(torch.randn(count, DIM), dim=1)) for name, count in proxy_counts.items()}
        )
        self.heads = nn.ModuleDict(
            {name: nn.Linear(self.image.backbone.head_channels, count) for name, count in head_counts.items()}
        )

    def likeness(self, embeddings: Tensor, labels: str) -> Tensor:
        """Return the cosine of each embedding and each proxy of `labels`, shape (n, number of labels)."""
        return embeddings @ F.normalize(self.proxies[labels], dim=1).T
