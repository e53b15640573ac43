"""One generation after another: propose, evaluate, judge, record."""
