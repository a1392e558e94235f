// retry
