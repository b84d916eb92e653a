x = 1  # newskin: ignore
