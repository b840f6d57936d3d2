"""One distribution for each target: classes, common path, own record, draws."""
