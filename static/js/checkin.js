// checkin
