"""The public routes on one screen: anybody's, read only."""

from __future__ import annotations

from sanic import Blueprint

from web.public.figures_page import give_rows, show_figures
from web.public.first_violations_page import show_first_violations
from web.public.hearings_page import show_hearings
from web.public.promise_page import give_promise_rows, show_promise
from web.public.verify_page import give_keys, give_list, give_offline, show_form, show_verdict


def public_blueprint() -> Blueprint:
    """All pages of what the bureau publishes. `app.ctx.public` holds what they work with, see `door.build_public`."""
    public = Blueprint("public", url_prefix="/public")
    public.add_route(show_figures, "/figures", methods=["GET"], name="figures")
    public.add_route(give_rows, "/figures/<file:str>", methods=["GET"], name="figure_rows")
    public.add_route(show_form, "/verify", methods=["GET"], name="verify")
    public.add_route(give_list, "/verify/keys.json", methods=["GET"], name="verify_list")
    public.add_route(give_keys, "/verify/jwks.json", methods=["GET"], name="verify_keys")
    public.add_route(give_offline, "/verify/offline.html", methods=["GET"], name="verify_offline")
    public.add_route(show_verdict, "/verify/<token:str>", methods=["GET"], name="verified")
    public.add_route(show_hearings, "/hearings", methods=["GET"], name="hearings")
    public.add_route(show_promise, "/promise", methods=["GET"], name="promise")
    public.add_route(give_promise_rows, "/promise/<file:str>", methods=["GET"], name="promise_rows")
    public.add_route(show_first_violations, "/first-violations", methods=["GET"], name="first_violations")
    return public
