"""Expectation suites of `seeds/expectations/`, run inside the warehouse before a table takes its place."""
