// nearby
