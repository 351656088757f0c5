"""What touches the world: network, disk, keyring, the operating system."""
