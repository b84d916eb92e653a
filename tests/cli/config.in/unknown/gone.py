import pipes
