namespace hutch::store {}
