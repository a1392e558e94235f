// geo
