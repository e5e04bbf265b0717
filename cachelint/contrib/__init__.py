"""What other programs load; here Django may be imported."""
