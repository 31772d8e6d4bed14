"""From stored values to a grey scale: range, polarity, tables, windows, borders."""
