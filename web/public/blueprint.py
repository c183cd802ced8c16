"""The public routes on one screen: anybody's, read only."""

from __future__ import annotations

from sanic import Blueprint

from web.public.figures_page import give_rows, show_figures


def public_blueprint() -> Blueprint:
    """All pages of what the bureau publishes. `app.ctx.public` holds what they work with, see `door.build_public`."""
    public = Blueprint("public", url_prefix="/public")
    public.add_route(show_figures, "/figures", methods=["GET"], name="figures")
    public.add_route(give_rows, "/figures/<file:str>", methods=["GET"], name="figure_rows")
    return public
