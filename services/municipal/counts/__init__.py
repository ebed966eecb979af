"""A closed year in figures: frozen by a manager, protected here, released by a second person, once.

The municipality sees its own exact counts. What leaves it was protected by its secret statistics key before
it left, so that no office outside ever holds an exact count of its people. The unit is an episode, an acquisition of
custody, and not a person. The programme has one table, municipality by year, which a town can protect alone.

Tables over several municipalities (province by quarter, flows) need the secure sum: counts and cell keys,
both of which add up, split into two random shares for two aggregators. That programme takes the cells of a
snapshot as they are stored here, its own version in `federation.contracts.programmes`, and a message of its own.
"""
