"""Work queues as people keep them: saved filters."""
