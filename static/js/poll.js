// poll
