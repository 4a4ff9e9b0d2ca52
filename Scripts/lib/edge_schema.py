def check_schema(world, options): pass
