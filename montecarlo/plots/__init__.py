"""Pictures of answers, drawn by matplotlib: they compute nothing and save nothing."""
