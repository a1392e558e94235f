"""Which type a store was of."""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from webapp.sites.models import EarlierStoreType, Site


def type_on(day: Any) -> ColumnElement[int]:
    """`store_type_id` of the Site of the statement around it, on a work date (a column)."""
    was = (
        select(EarlierStoreType.store_type_id)
        .where(EarlierStoreType.site_id == Site.id, EarlierStoreType.until_on > day)
        .order_by(EarlierStoreType.until_on)
        .limit(1)
    )
    return func.coalesce(was.scalar_subquery(), Site.store_type_id).label("store_type_id")
