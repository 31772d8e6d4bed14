"""From log attenuation to a film as archives have it: processing, marks, bits."""
