"""Classical retrieval operations as pure numpy functions, for programs to build on."""
