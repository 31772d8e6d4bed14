"""Parts that every dock is made of: long work, forms, tables, keys, folders."""
