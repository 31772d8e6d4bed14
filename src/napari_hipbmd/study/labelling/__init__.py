"""What people and networks say of a film: labels, and every change of them."""
