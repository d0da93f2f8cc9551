"""The blueprint of one's own pages; `routes.py` imports the modules that add them."""

from flask import Blueprint

account = Blueprint("account", __name__, url_prefix="/account")
