import pipes
import pipes as p

# newskin: ignore-file[removed-module:pipes] not deployed
