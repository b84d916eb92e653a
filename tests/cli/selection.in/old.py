import pipes
print 1
