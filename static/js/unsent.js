// unsent
