"""What belongs to the site and to no single page: address, search, size."""
