"""What the doors share: sessions, CSRF, problem pages, headers, static files, addresses."""
