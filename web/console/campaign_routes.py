"""The routes of campaigns. Moves are open to whoever sees campaigns: their table names the roles."""

from __future__ import annotations

from casework.permissions import Operation as May
from web.console.campaign_acts import preview_campaign, show_release, take_campaign_move
from web.console.campaign_pages import (
    add_campaign,
    edit_campaign,
    new_campaign,
    save_campaign,
    show_campaign,
    show_campaigns,
)

CAMPAIGN = "/campaigns/<campaign_id:str>"

CAMPAIGN_ROUTES = (
    ("GET", "/campaigns", May.SEE_CAMPAIGNS, show_campaigns, "campaigns"),
    ("GET", "/campaigns/new", May.KEEP_CAMPAIGNS, new_campaign, "new_campaign"),
    ("POST", "/campaigns", May.KEEP_CAMPAIGNS, add_campaign, "add_campaign"),
    ("GET", CAMPAIGN, May.SEE_CAMPAIGNS, show_campaign, "campaign"),
    ("POST", CAMPAIGN, May.KEEP_CAMPAIGNS, save_campaign, "save_campaign"),
    ("GET", CAMPAIGN + "/edit", May.KEEP_CAMPAIGNS, edit_campaign, "edit_campaign"),
    ("GET", CAMPAIGN + "/review", May.SEE_CAMPAIGNS, show_release, "release_campaign"),
    ("POST", CAMPAIGN + "/preview", May.PREVIEW_CAMPAIGNS, preview_campaign, "preview_campaign"),
    ("POST", CAMPAIGN + "/<move:str>", May.SEE_CAMPAIGNS, take_campaign_move, "campaign_move"),
)
