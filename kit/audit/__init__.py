"""A history that shows when somebody has changed it.

Each case has a chain of entries, each authenticated over its content and the entry before it
(`kit.audit.chain`). Once a day the last entry of every chain goes into a signed tree whose root is
published (`kit.audit.seal`, `kit.audit.sealing`), so that a chain cut short shows too. `kit.audit.verify`
checks both. What was written after the newest seal and cut off before the next one cannot be noticed.
"""
