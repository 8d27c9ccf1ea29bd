"""Settings: `base` reads the environment, the others override a few lines each."""
