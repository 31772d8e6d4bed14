"""What is said of a film by people and networks: labels, their changes, the queue."""
