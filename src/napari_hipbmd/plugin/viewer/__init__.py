"""What lies in the viewer: films, hip boxes, layers, and one session a window."""
