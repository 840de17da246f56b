"""Who refreshes, and how the others reach that process."""
