"""Django made strict: what is only bad luck in production is a failure here, each time."""
