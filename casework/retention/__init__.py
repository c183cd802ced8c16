"""How long what names a person is kept, and what is done when that time is over."""
