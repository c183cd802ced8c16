"""All modules with rows, in one place: what migrations and connections know of."""

MODEL_MODULES = (
    "kit.db.models",
    "kit.outbox_models",
    "kit.leases",
    "kit.audit.models",
    "kit.files.models",
    "kit.http.models",
    "casework.people.models",
    "casework.complaints.models",
    "casework.inquiries.models",
    "casework.dangers.models",
    "casework.scene_codes.models",
    "casework.notifications.models",
    "casework.deadlines.models",
    "content.interpretations.models",
    "content.profile_models",
    "content.campaigns.models",
    "bot.models",
    "web.h5.models",
)
