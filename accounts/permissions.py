"""The one table of who may do what: a page of the staff asks for a permission, never for a role."""

from collections.abc import Mapping
from enum import StrEnum

from accounts.models import Role


class Permission(StrEnum):
    """What somebody may do behind the counter."""

    READ_CATALOGUE = "read the catalogue"
    EDIT_CATALOGUE = "edit the catalogue"
    IMPORT_FEEDS = "import and export feeds"
    CLASSIFY = "classify listings and train the classifier"
    SET_RULES = "set merchandising rules"
    SEE_INSIGHT = "see what shoppers look for"
    JUDGE_RELEVANCE = "judge matches in a relevance panel"
    RUN_INDEX = "update, rebuild and swap the index"
    HANDLE_PERSONAL_DATA = "handle people's data and requests"


_CATALOGUE_STAFF = frozenset((Role.MERCHANDISER, Role.ADMIN))
_PRIVACY_STAFF = frozenset((Role.PRIVACY_OFFICER, Role.ADMIN))
_STAFF = _CATALOGUE_STAFF | _PRIVACY_STAFF

ROLES_WITH: Mapping[Permission, frozenset[Role]] = {
    Permission.READ_CATALOGUE: _CATALOGUE_STAFF,
    Permission.EDIT_CATALOGUE: _CATALOGUE_STAFF,
    Permission.IMPORT_FEEDS: _CATALOGUE_STAFF,
    Permission.CLASSIFY: _CATALOGUE_STAFF,
    Permission.SET_RULES: _CATALOGUE_STAFF,
    Permission.SEE_INSIGHT: _CATALOGUE_STAFF,
    Permission.JUDGE_RELEVANCE: _STAFF,
    Permission.RUN_INDEX: _CATALOGUE_STAFF,
    Permission.HANDLE_PERSONAL_DATA: _PRIVACY_STAFF,
}


def may(role: Role, permission: Permission) -> bool:
    """Say whether an account with this role has the permission."""
    return role in ROLES_WITH[permission]
