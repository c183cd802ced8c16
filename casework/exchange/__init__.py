"""Orders from and to other platforms (12345, the digital city management system): their number, their deadline, each step told back."""
