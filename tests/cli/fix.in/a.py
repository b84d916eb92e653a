import pipes

print(pipes.quote("a b"))
