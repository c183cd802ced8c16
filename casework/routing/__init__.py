"""To whom a complaint goes: rules tried in order, explained, and the people who hold a post at that time."""
