"""Official documents: numbers without gaps, templates with versions, and the papers that were issued."""
