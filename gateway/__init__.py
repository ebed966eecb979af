"""The one door: what is let in, as data, and the renderer that turns it into Envoy's configuration."""
