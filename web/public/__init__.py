"""What the bureau publishes, for anybody: no session, no cookie, no script; the same for everyone, so caches may keep it."""
