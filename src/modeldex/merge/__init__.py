"""Which listings are one offer, which offers are one model, and who may say what."""
