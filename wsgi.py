"""The entry point of web servers and of `flask`."""

from webapp import create_app

app = create_app()
