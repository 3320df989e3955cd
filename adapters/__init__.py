"""Each folder here joins one outside system to the core; only here are their SDKs imported."""
