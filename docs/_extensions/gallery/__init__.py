"""The figures that scripts draw: pictures, data and origin."""
