"""Will a development zone meet its plan? Targets, odds, sensitivity and peers."""
