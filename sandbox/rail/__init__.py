"""The payment provider at the other end of the rail `sandbox`: payments, charges, refunds and their webhooks."""
