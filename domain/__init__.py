"""What the business is: packs, forms, eligibility, fees, workflow, effects. Pure: no I/O, no clock, no Qt, no SQL."""
