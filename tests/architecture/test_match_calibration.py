"""What ships together belongs together."""

from recommender.abstention import CASES, MatchCalibration
from recommender.onnx_encoder import WEIGHTS, OnnxImageEncoder
from segmentation.onnx_segmenter import OnnxSegmenter
from training.retrieval_data import SEGMENTER_WEIGHTS

REFIT = "the models changed: run `FASHION_DATA=… python -m training.match_calibration fit`"


def test_the_calibration_of_no_good_match_is_for_the_models_beside_it() -> None:
    calibration = MatchCalibration.read(WEIGHTS / "match_calibration.json")
    assert calibration.encoder == OnnxImageEncoder().identity, REFIT
    assert calibration.segmenter == OnnxSegmenter(SEGMENTER_WEIGHTS).model_id, REFIT


def test_more_evidence_never_speaks_against_a_match_in_the_shipped_calibration() -> None:
    calibration = MatchCalibration.read(WEIGHTS / "match_calibration.json")
    gates = [*calibration.familiar.values(), *calibration.kindred.values()]
    assert all(weight >= 0 for gate in gates for weight in gate.weights.values())
    assert all(min(calibration.final[case][1:]) >= 0 for case in CASES)
    assert all(0 < calibration.thresholds[case] < 1 for case in CASES)
