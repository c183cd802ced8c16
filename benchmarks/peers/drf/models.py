"""The complaint with the columns ours has."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class Complaint(models.Model):
    """One complaint. The peer keeps this row and nothing else: no audit entry, no event, no guard against doubles."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    reference = models.CharField(max_length=40, unique=True)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    source = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    state_since_at = models.DateTimeField(default=timezone.now)
    revision = models.IntegerField(default=1)
    category = models.CharField(max_length=40, null=True)
    suggested_category = models.CharField(max_length=40, null=True)
    story = models.TextField(max_length=12_000)
    place_text = models.CharField(max_length=300, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    unit = models.CharField(max_length=40, null=True)
    submitted_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True)
    times_disputed = models.IntegerField(default=0)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "drf"
        indexes = (
            models.Index(fields=["due_at", "id"]),
            models.Index(fields=["submitted_at", "id"]),
            models.Index(fields=["account", "submitted_at", "id"]),
            models.Index(fields=["unit", "due_at", "id"]),
        )
