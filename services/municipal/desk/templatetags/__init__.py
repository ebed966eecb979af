"""Tags of the templates of the desk."""
