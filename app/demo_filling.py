"""Demo data: staff to log in as, and a few cases in different states to look at."""

from __future__ import annotations

from uuid import UUID

from app.campaigns import campaign_desk
from app.core import Core, open_core, redis_url
from app.demo_codes import DEMO_CODES
from app.demo_knowledge import asked_in_vain
from app.demo_penalties import penalised
from app.demo_people import DEMO_STAFF, demo_password
from app.demo_permits import applied
from app.demo_postings import posted
from app.demo_projects import boards
from app.demo_shopkeeper import shopkeeper
from app.demo_stories import CAMPAIGN, STORIES, Story
from app.doors import capabilities_of, desk_of
from app.shipped import SHIPPED_PROFILE
from casework.actors import Actor, system
from casework.areas.actions import import_areas
from casework.areas.kinds import AreaKind
from casework.areas.models import AreaImport
from casework.areas.reading import Properties, read_areas
from casework.areas.relocating import relocate
from casework.complaints import actions
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, submit
from casework.complaints.models import Complaint
from casework.complaints.place import Position
from casework.penalties.models import PenaltyCase
from casework.people.passwords import Passwords
from casework.people.staff import add_staff, list_staff
from casework.permits.models import PermitApplication
from casework.projects.models import Project
from casework.routing.models import Posting
from casework.scene_codes.actions import add as add_code
from casework.scene_codes.models import SceneCode
from casework.sign_filings.models import Sign
from casework.work_orders.desk import OrderDesk
from casework.work_orders.issuing import NewOrder, issue
from casework.work_orders.profile import WorkOrdersSection
from content.campaigns import actions as campaigns
from content.campaigns.models import Campaign
from content.campaigns.wording import Words
from kit.settings import Settings

ORDER_HOURS = 7


async def fill(settings: Settings) -> int:
    """Add what is missing; done once, a second run changes nothing."""
    async with open_core(settings, redis_url(settings)) as core:
        desk = desk_of(core)
        fresh = not await Complaint.exists()
        await _staff(desk, demo_password(settings.data_dir))
        if not await AreaImport.exists():
            await _areas(core)
        if not await Posting.exists():
            await posted(desk)
        if fresh:
            await _cases(desk)
        if not await PermitApplication.exists():
            await applied(core, {one.login: one.actor() for one in await list_staff(desk.db)})
        if not await PenaltyCase.exists():
            await penalised(core, {one.login: one.actor() for one in await list_staff(desk.db)})
        if not await Campaign.exists():
            await _campaign(core, desk)
        if not await SceneCode.exists():
            for code in DEMO_CODES:
                await add_code(desk.db, system(), code)
        if not await Project.exists():
            await boards(core, {one.login: one.actor() for one in await list_staff(desk.db)})
        if not await Sign.exists():
            await shopkeeper(core, {one.login: one.actor() for one in await list_staff(desk.db)})
        await asked_in_vain(core, desk, await _editor(desk))
    return 0


async def _areas(core: Core) -> None:
    """Districts, streets and grids of a city that exists nowhere."""
    for kind in AreaKind:
        content = (SHIPPED_PROFILE / "areas" / f"{kind.value}.geojson").read_bytes()
        await import_areas(core.db, system(), kind, read_areas(content, Properties(), "gcj02"))
    await core.places.renewed()
    async for _ in relocate(core.db, core.places):
        pass


async def _campaign(core: Core, desk: Desk) -> None:
    """A draft that waits for somebody's release."""
    title, text = CAMPAIGN
    campaigns_desk = campaign_desk(core, capabilities_of(core))
    await campaigns.draft(campaigns_desk, await _editor(desk), Words(title, "text", text), None, key="demo")


async def _editor(desk: Desk) -> Actor:
    return next(person.actor() for person in await list_staff(desk.db) if person.login == "bianji")


async def _staff(desk: Desk, password: str) -> None:
    known = {person.login for person in await list_staff(desk.db)}
    for person in DEMO_STAFF:
        if person.login not in known:
            await add_staff(
                desk.db,
                Passwords(),
                system(),
                login=person.login,
                name=person.name,
                password=password,
                grants=[(role, person.unit) for role in person.roles],
            )


async def _cases(desk: Desk) -> None:
    actors = {person.login: person.actor() for person in await list_staff(desk.db)}
    for story in STORIES:
        await _case(desk, actors, story)


async def _case(desk: Desk, actors: dict[str, Actor], story: Story) -> None:
    # Told by telephone: nobody's WeChat, so that no notice of the demo's past fails to reach anybody.
    view = await submit(
        desk,
        actors["diaodu"],
        NewComplaint(
            account_id=None,
            story=story.text,
            source=Source.PHONE,
            place_text=story.place,
            position=Position(latitude=story.latitude, longitude=story.longitude, datum="gcj02"),
            phone=story.phone,
        ),
    )
    await _steps(desk, actors, story, view.id)


async def _steps(desk: Desk, actors: dict[str, Actor], story: Story, complaint_id: UUID) -> None:
    clerk, officer = actors["diaodu"], actors[story.officer]
    if story.until == "submitted":
        return
    if story.until == "refused":
        await actions.refuse(
            desk, clerk, complaint_id, reason=story.reason, responsible_body=story.responsible_body
        )
        return
    await actions.accept(desk, clerk, complaint_id, category=story.category)
    if story.until == "accepted":
        return
    await actions.assign(desk, clerk, complaint_id, unit=story.unit, assignee_id=officer.id)
    if story.order:
        await _order(desk, actors, story, complaint_id)
    if story.until == "assigned":
        return
    await actions.answer(desk, officer, complaint_id, text=story.answer)


async def _order(desk: Desk, actors: dict[str, Actor], story: Story, complaint_id: UUID) -> None:
    contractor = actors["waibao"]
    if contractor.id is None:
        return
    new = NewOrder(
        contractor_id=contractor.id, words=story.order, place_text=story.place, working_hours=ORDER_HOURS
    )
    await issue(OrderDesk(desk, WorkOrdersSection()), actors[story.officer], complaint_id, new)
