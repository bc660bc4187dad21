"""The figures that scripts draw: pictures, data, origin."""
