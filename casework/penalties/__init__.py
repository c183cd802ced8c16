"""The public side of penalty cases: first violations, notices to put right, decisions and what a party may do."""
