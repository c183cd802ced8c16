"""A strict stand-in for api.weixin.qq.com, and the demo phone.

It plays the platform: it keeps its state in memory, refuses what the platform refuses, and listens on
loopback only. Nothing but its own command imports it.
"""
