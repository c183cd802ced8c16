"""The usual way to write the same create in Python: Django REST framework behind gunicorn."""
