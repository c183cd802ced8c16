"""One create view, as the framework's tutorial writes it."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.urls import path
from django.utils import timezone
from rest_framework import generics, serializers

from benchmarks.peers.drf.models import Complaint


class ComplaintSerializer(serializers.ModelSerializer):
    """What is sent in, and what is shown of the case."""

    class Meta:
        model = Complaint
        fields = (
            "id", "reference", "state", "state_since_at", "revision", "category", "story", "place_text",
            "submitted_at", "due_at",
        )  # fmt: skip
        read_only_fields = (
            "id",
            "reference",
            "state",
            "state_since_at",
            "revision",
            "submitted_at",
            "due_at",
        )


class CreateComplaint(generics.CreateAPIView):
    """POST /api/v1/complaints."""

    serializer_class = ComplaintSerializer

    def perform_create(self, serializer: serializers.Serializer) -> None:
        serializer.save(
            account=self.request.user,
            reference=f"QS-TS-{timezone.now():%y%m%d}-{secrets.token_hex(6)}",
            source="miniprogram",
            state="submitted",
            due_at=timezone.now() + timedelta(days=1),
        )


urlpatterns = [path("api/v1/complaints", CreateComplaint.as_view())]
