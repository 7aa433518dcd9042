"""Questions about scenarios beyond their answer."""
