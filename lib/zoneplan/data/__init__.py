"""Reading and checking: tables of the project, plan folders, spreadsheets and panels."""
