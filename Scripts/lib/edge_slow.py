def check_slow(world, options): pass
def check_channels(world, options): pass
