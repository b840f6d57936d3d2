"""How far to trust it: scores of the method on the past, and figures that look wrong."""
