"""The directory on the wire: servicers and conversions."""
