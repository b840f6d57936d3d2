"""What if: needed growth, drivers of a chance, scenarios and shocks."""
