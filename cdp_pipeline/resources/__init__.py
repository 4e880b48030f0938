"""What touches the world: the warehouse, the landing zone, the publisher, delivery targets."""
