"""What pages show beside their text: tables, figures, links, formulas."""
