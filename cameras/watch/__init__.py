"""Keeping every camera's picture fresh.

ticks     each camera's time slots
status    what is known about one camera
watcher   one camera's endless loop, and one cycle of it
fleet     all cameras at a glance: summary, gauges, health
"""
