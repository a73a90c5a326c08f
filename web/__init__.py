"""The fronts: pages, JSON API and command line over one SearchService."""
