"""What is no person: clothes, tubes and wires, and metal within."""
