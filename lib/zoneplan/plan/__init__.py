"""The document: targets, scope, consistency with itself and with what came of it."""
