"""Reports of a plan: paper, slides, workbook and web pages from one set of facts."""
