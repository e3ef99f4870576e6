"""The window: its parts, menus, keys and panels."""
