import pipes
import pipes as p
