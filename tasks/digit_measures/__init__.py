"""What measures a program or a network that was learned from the suite of digits."""
