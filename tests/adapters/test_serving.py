"""Index and encoders that answer together, over real builds."""

from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from recommender.errors import EncoderUnavailable, IndexBuiltWithAnotherEncoder
from recommender.index_builds import IndexBuilds
from recommender.ports import EncoderIdentity
from recommender.serving import Encoders, ServingSwitch

IDENTITIES = {"embedded": EncoderIdentity("small", "1", 4), "big": EncoderIdentity("big", "1", 8, setting="big")}


@dataclass
class NamedEncoder:
    """Both encoders of a setting; only who they are matters here."""

    identity: EncoderIdentity

    def encode_images(self, images: object) -> np.ndarray:
        raise NotImplementedError

    def encode_texts(self, texts: object) -> np.ndarray:
        raise NotImplementedError


def encoders_of(setting: str) -> Encoders:
    if setting not in IDENTITIES:
        raise EncoderUnavailable(setting, "there is none")
    both = NamedEncoder(IDENTITIES[setting])
    return Encoders(both, both)


def build(builds: IndexBuilds, encoder: EncoderIdentity) -> None:
    builds.replace_all(ids=np.array([1]), vectors=np.eye(1, encoder.dim, dtype=np.float32), encoder=encoder)


@pytest.fixture
def builds(tmp_path: Path) -> IndexBuilds:
    return IndexBuilds(tmp_path)


def test_before_the_first_build_the_chosen_encoder_serves(builds: IndexBuilds) -> None:
    assert ServingSwitch(builds, encoders_of, "big").current().image_encoder.identity == IDENTITIES["big"]


def test_the_encoder_of_the_active_index_serves_whatever_is_chosen(builds: IndexBuilds) -> None:
    build(builds, IDENTITIES["embedded"])
    serving = ServingSwitch(builds, encoders_of, "big").current()
    assert serving.image_encoder.identity == serving.index.manifest.encoder == IDENTITIES["embedded"]


def test_a_swap_changes_index_and_encoders_together(builds: IndexBuilds) -> None:
    build(builds, IDENTITIES["embedded"])
    switch = ServingSwitch(builds, encoders_of, "embedded")
    before = switch.current()
    assert switch.current() is before
    build(builds, IDENTITIES["big"])
    after = switch.current()
    assert after.image_encoder.identity == after.index.manifest.encoder == IDENTITIES["big"]
    assert before.index.manifest.encoder == IDENTITIES["embedded"], "a request that began before the swap goes on"


@pytest.mark.parametrize("lost", [EncoderIdentity("small", "0", 4), EncoderIdentity("x", "1", 4, setting="gone")])
def test_an_index_whose_encoder_is_lost_leaves_the_chosen_one_to_build_anew(
    builds: IndexBuilds, lost: EncoderIdentity
) -> None:
    build(builds, lost)
    switch = ServingSwitch(builds, encoders_of, "embedded")
    serving = switch.current()
    assert serving.image_encoder.identity == IDENTITIES["embedded"] != serving.index.manifest.encoder
    build(builds, IDENTITIES["embedded"])
    assert switch.current().index.manifest.encoder == IDENTITIES["embedded"]


def test_nobody_waits_while_one_loads_the_new_encoders(builds: IndexBuilds) -> None:
    loading, loaded = Event(), Event()

    def slow(setting: str) -> Encoders:
        if setting == "big":
            loading.set()
            assert loaded.wait(20)
        return encoders_of(setting)

    build(builds, IDENTITIES["embedded"])
    switch = ServingSwitch(builds, slow, "embedded")
    old = switch.current()
    build(builds, IDENTITIES["big"])
    loader = Thread(target=switch.current)
    loader.start()
    assert loading.wait(20)
    assert switch.current() is old
    loaded.set()
    loader.join()
    assert switch.current().image_encoder.identity == IDENTITIES["big"]


def test_a_rollback_asks_first_whether_the_encoder_can_still_be_had(builds: IndexBuilds) -> None:
    build(builds, EncoderIdentity("small", "0", 4))
    build(builds, IDENTITIES["big"])
    switch = ServingSwitch(builds, encoders_of, "big")
    with pytest.raises(IndexBuiltWithAnotherEncoder):
        switch.roll_back()
    assert switch.current().index.manifest.encoder == IDENTITIES["big"]
    build(builds, IDENTITIES["embedded"])
    assert switch.roll_back().encoder == IDENTITIES["big"]
