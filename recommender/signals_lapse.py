"""Favourites, opinions and counted searches lapse by their age."""

from privacy.lapsing import RowsLapse
from privacy.retention import FAVOURITE, OPINION, SEARCH
from recommender.panel_models import PanelJudgement
from recommender.signal_models import Favourite, MatchOpinion, SearchCount

FAVOURITES_LAPSE = RowsLapse(FAVOURITE, Favourite.id, Favourite.added_at, Favourite.pseudonym)
OPINIONS_LAPSE = RowsLapse(OPINION, MatchOpinion.id, MatchOpinion.given_on, MatchOpinion.pseudonym)
JUDGEMENTS_LAPSE = RowsLapse(OPINION, PanelJudgement.id, PanelJudgement.judged_at, PanelJudgement.pseudonym)
SEARCHES_LAPSE = RowsLapse(SEARCH, SearchCount.id, SearchCount.counted_on, SearchCount.pseudonym)
