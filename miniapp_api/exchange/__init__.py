"""The door for other platforms (12345, the digital city management system): signed JSON, see docs/exchange.md."""
